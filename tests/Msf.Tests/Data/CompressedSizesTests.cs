using Msf.Data;

namespace Msf.Tests.Data;

public class CompressedSizesTests
{
    private static readonly byte[] _magic = [0x28, 0xB5, 0x2F, 0xFD];

    [Theory]
    [InlineData(new byte[] { }, 0)]
    [InlineData(new byte[] { 5, 0x10 }, 5)]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F }, 4294967295)]
    public void Snappy_says_what_it_becomes(byte[] bytes, long expected) => Assert.Equal(expected, CompressedSizes.OfSnappy(bytes));

    [Fact]
    public void What_is_no_Snappy_is_refused() => Assert.Throws<InvalidDataException>(() => CompressedSizes.OfSnappy([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]));

    [Fact]
    public void A_frame_of_Zstandard_says_what_it_becomes()
    {
        Assert.Equal(0, CompressedSizes.OfZstandard([]));
        Assert.Equal(7, CompressedSizes.OfZstandard([.. _magic, 0x20, 7, 0x39, 0, 0, .. new byte[7]]));                        // one segment, a size of a byte, a raw block
        Assert.Equal(256 + 44, CompressedSizes.OfZstandard([.. _magic, 0x40, 0, 44, 0, 0x63, 9, 0, 1]));                       // a window, a size of two, a byte that is repeated
        Assert.Equal(2 * 131072, CompressedSizes.OfZstandard([.. _magic, 0x04, 0, 0x10, 0, 0, 1, 2, 0x09, 0, 0, 3, 4, 5, 6, 7]));  // no size, two blocks, a checksum
        Assert.Equal(7, CompressedSizes.OfZstandard([0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2, .. _magic, 0x20, 7, 0x39, 0, 0, .. new byte[7]]));
    }

    [Theory]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 1, 0, 0, 0 }, "claims 4294967296 bytes")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x20, 7, 0x39, 0, 0, 1 }, "is cut")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x20, 7, 0x38, 0, 0, 1, 2, 3, 4, 5, 6, 7 }, "is cut")]
    [InlineData(new byte[] { 0x50, 0x2A, 0x4D, 0x18, 255, 255, 255, 255 }, "is cut")]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, "no Zstandard")]
    [InlineData(new byte[] { 1 }, "is cut")]
    public void What_claims_too_much_or_is_cut_is_refused(byte[] bytes, string why) =>
        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => CompressedSizes.OfZstandard(bytes)).Message, StringComparison.Ordinal);
}
