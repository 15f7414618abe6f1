using Msf.Data;

namespace Msf.Cli.Tests.Commands;

/// <summary><c>msf sample</c> from a picture, inside a mask, on a shared base, with overlapped stages.</summary>
public sealed class SampleStartTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private string Place(string name) => Path.Combine(tiny.Root, name);

    [Fact]
    public async Task A_picture_of_any_size_gets_detail_and_is_named_in_the_file()
    {
        PngFile.Write(Place("large.png"), Painted(48, 32));
        var run = await Sample("--from", Place("large.png"), "--count", "2", "--out", Place("detail.png"));
        Assert.Equal(ExitCode.Done, run.Code);
        var text = PngFile.ReadText(Place("detail.png"));
        Assert.Equal(("large.png", "0"), (text["msf:from"], text["msf:strength"]));
        await Sample("--from", Place("large.png"), "--strength", "1", "--count", "2", "--out", Place("anew.png"));
        await Sample("--count", "2", "--out", Place("plain.png"));
        Assert.Equal(ImageDecoder.Decode(Place("plain.png")).Pixels, ImageDecoder.Decode(Place("anew.png")).Pixels);
        Assert.NotEqual(ImageDecoder.Decode(Place("plain.png")).Pixels, ImageDecoder.Decode(Place("detail.png")).Pixels);
    }

    [Fact]
    public async Task Black_of_a_mask_keeps_the_picture_to_the_level()
    {
        var picture = Painted(16, 16);
        PngFile.Write(Place("picture.png"), picture);
        var mask = new byte[3 * 16 * 16];
        Array.Fill(mask, (byte)255, 0, mask.Length / 2);                                      // the upper half is generated
        PngFile.Write(Place("mask.png"), new RgbImage(mask, 16, 16));
        Assert.Equal(ExitCode.Done, (await Sample("--from", Place("picture.png"), "--mask", Place("mask.png"), "--count", "1", "--out", Place("filled"))).Code);
        var filled = ImageDecoder.Decode(Directory.GetFiles(Place("filled")).Single());
        Assert.Equal(picture.Pixels[(picture.Pixels.Length / 2)..], filled.Pixels[(filled.Pixels.Length / 2)..]);
        Assert.NotEqual(picture.Pixels[..(picture.Pixels.Length / 2)], filled.Pixels[..(filled.Pixels.Length / 2)]);
    }

    [Fact]
    public async Task Variations_and_overlap_are_told_in_the_file()
    {
        Assert.Equal(ExitCode.Done, (await Sample("--variations-of", "2", "--overlap", "0.5", "--count", "3", "--out", Place("variations.png"))).Code);
        var text = PngFile.ReadText(Place("variations.png"));
        Assert.Equal(("2", "0.5"), (text["msf:variations-of"], text["msf:overlap"]));
        Assert.Single(text["msf:class"].Split(',').Distinct());
    }

    [Theory]
    [InlineData("give --from FILE with them", "--strength", "0.5")]
    [InlineData("give --from FILE with them", "--mask", "mask.png")]
    [InlineData("--from nothing.png does not exist", "--from", "nothing.png")]
    [InlineData("--variations-of is -1", "--variations-of", "-1")]
    [InlineData("overlapTime is 1.5", "--overlap", "1.5")]
    public async Task What_makes_no_sense_is_refused_in_one_line(string expected, params string[] arguments)
    {
        var run = await Sample([.. arguments, "--out", Place("never.png")]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.False(File.Exists(Place("never.png")));
    }

    [Theory]
    [InlineData("--strength is 2", "--strength", "2")]
    [InlineData("expected the same shape", "--mask", "")]
    public async Task What_does_not_fit_the_picture_is_refused_in_one_line(string expected, string option, string value)
    {
        PngFile.Write(Place("square.png"), Painted(16, 16));
        PngFile.Write(Place("wide.png"), Painted(32, 16));
        var run = await Sample("--from", Place("square.png"), option, value.Length > 0 ? value : Place("wide.png"), "--out", Place("never.png"));
        Assert.NotEqual(ExitCode.Done, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    private static RgbImage Painted(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i * 37 % 251);
        return new RgbImage(pixels, width, height);
    }

    private Task<CommandLineRun> Sample(params string[] arguments) => CommandLineRun.Of(["sample", "--model", tiny.Model, .. arguments]);
}
