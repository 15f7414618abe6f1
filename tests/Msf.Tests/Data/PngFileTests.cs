using CsCheck;
using Msf.Data;

namespace Msf.Tests.Data;

public class PngFileTests
{
    [Fact]
    public void What_is_written_is_what_is_decoded() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int).Sample((width, height, seed) =>
        {
            var image = Pictures.Noise(width, height, seed);
            var back = ImageDecoder.Decode(PngFile.Encode(image), "noise.png");
            Assert.Equal((width, height), (back.Width, back.Height));
            Assert.Equal(image.Pixels, back.Pixels);
        }, iter: 50);

    [Fact]
    public void Smooth_images_take_far_less_than_their_pixels()
    {
        var pixels = new byte[3 * 128 * 128];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i / 3 % 128 + i / (3 * 128));
        Assert.InRange(PngFile.Encode(new RgbImage(pixels, 128, 128)).Length, 1, pixels.Length / 20);
    }

    [Fact]
    public void Texts_come_back_whatever_their_letters()
    {
        using var folder = new TemporaryFolder();
        var text = new Dictionary<string, string>
        {
            ["seed"] = "42",
            ["class"] = "Größe\nzwei",
            ["model"] = "多尺度 😀",
            ["empty"] = "",
        };
        PngFile.Write(folder["a/b/image.png"], Pictures.Noise(4, 4, seed: 1), text);
        Assert.Equal(text, PngFile.ReadText(folder["a/b/image.png"]));
    }

    [Fact]
    public void The_same_image_and_texts_give_the_same_bytes_and_other_texts_others()
    {
        var image = Pictures.Noise(9, 9, seed: 1);
        var text = new Dictionary<string, string> { ["seed"] = "1" };
        Assert.Equal(PngFile.Encode(image, text), PngFile.Encode(image, text));
        Assert.NotEqual(PngFile.Encode(image, text), PngFile.Encode(image));
    }

    [Fact]
    public void Writing_replaces_a_file_and_leaves_nothing_else()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["image.png"], "old");
        PngFile.Write(folder["image.png"], Pictures.Plain(2, 2, 1, 2, 3));
        Assert.Equal([folder["image.png"]], Directory.GetFileSystemEntries(folder.Root));
        Assert.Equal(Pictures.Plain(2, 2, 1, 2, 3).Pixels, ImageDecoder.Decode(folder["image.png"]).Pixels);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" seed")]
    [InlineData("line\nbreak")]
    [InlineData("多")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234567890123456789 0")]
    public void An_illegal_keyword_is_refused(string keyword) => Assert.Throws<ArgumentException>(
        () => PngFile.Encode(Pictures.Plain(1, 1, 0, 0, 0), new Dictionary<string, string> { [keyword] = "x" }));

    [Fact]
    public void Text_of_a_damaged_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        var bytes = PngFile.Encode(Pictures.Plain(2, 2, 1, 2, 3), new Dictionary<string, string> { ["seed"] = "1" });
        bytes[^20] ^= 1;
        File.WriteAllBytes(folder["damaged.png"], bytes);
        Assert.Throws<InvalidDataException>(() => PngFile.ReadText(folder["damaged.png"]));
        Assert.Throws<FileNotFoundException>(() => PngFile.ReadText(folder["none.png"]));
    }
}
