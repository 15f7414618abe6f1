using CsCheck;
using Msf.Data;

namespace Msf.Tests.Data;

public class PngStructureTests
{
    private static readonly byte[] _whole = PngFile.Encode(Pictures.Noise(13, 7, seed: 1));

    [Fact]
    public void A_whole_file_passes_and_tells_its_header() =>
        Assert.Equal(new PngHeader(13, 7, BitDepth: 8, ColorType: 2, Interlaced: false), PngStructure.Validate(_whole, "whole.png"));

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        for (var length = 0; length < _whole.Length; length++)
            Assert.Throws<InvalidDataException>(() => PngStructure.Validate(_whole.AsMemory(0, length), "cut.png"));
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_refused()
    {
        for (var bit = 0; bit < 8 * _whole.Length; bit++)
        {
            var damaged = _whole.ToArray();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<InvalidDataException>(() => PngStructure.Validate(damaged, "damaged.png"));
        }
    }

    [Fact]
    public void Random_bytes_after_the_signature_are_refused() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            Assert.Throws<InvalidDataException>(() => PngStructure.Validate((byte[])[.. _whole.AsSpan(0, 8), .. bytes], "random.png"));
        }, iter: 500);

    [Theory]
    [InlineData("no IDAT", "IHDR IEND")]
    [InlineData("first chunk is IDAT", "IDAT IHDR IEND")]
    [InlineData("two IHDR", "IHDR IHDR IDAT IEND")]
    [InlineData("not consecutive", "IHDR IDAT tIME IDAT IEND")]
    [InlineData("unknown critical chunk", "IHDR ABCD IDAT IEND")]
    [InlineData("two PLTE", "IHDR PLTE PLTE IDAT IEND")]
    [InlineData("no IEND", "IHDR IDAT")]
    public void Chunks_out_of_order_are_refused(string why, string order)
    {
        var file = PngBytes.File(order.Split(' ').Select(type => (type, PngBytes.Body(type))));
        var e = Assert.Throws<InvalidDataException>(() => PngStructure.Validate(file, "odd.png"));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("more than the 4 bytes", new byte[] { 0, 1, 2, 3, 4 })]
    [InlineData("inflates to 3 bytes, 4 needed", new byte[] { 0, 1, 2 })]
    [InlineData("filter 5", new byte[] { 5, 1, 2, 3 })]
    public void Pixel_data_must_fit_the_header(string why, byte[] rows)
    {
        var file = PngBytes.File([("IHDR", PngBytes.Body("IHDR")), ("IDAT", PngBytes.Deflate(rows)), ("IEND", [])]);
        var e = Assert.Throws<InvalidDataException>(() => PngStructure.Validate(file, "odd.png"));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decompression_bomb_is_refused_without_memory_for_it()
    {
        var file = PngBytes.File([("IHDR", PngBytes.Body("IHDR")), ("IDAT", PngBytes.Deflate(new byte[64 << 20])), ("IEND", [])]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => PngStructure.Validate(file, "bomb.png"));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }
}
