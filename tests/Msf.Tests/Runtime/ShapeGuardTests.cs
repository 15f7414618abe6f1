using Msf.Runtime;

namespace Msf.Tests.Runtime;

public class ShapeGuardTests
{
    [Theory]
    [InlineData(new long[0], 4, 4L)]
    [InlineData(new long[] { 2, 3 }, 8, 48L)]
    [InlineData(new long[] { 2, 0, 3 }, 8, 0L)]
    [InlineData(new[] { 1L << 60 }, 4, 1L << 62)]
    [InlineData(new[] { 1L << 61 }, 4, null)]
    [InlineData(new[] { 0, 1L << 40, 1L << 40 }, 1, null)]
    [InlineData(new[] { long.MaxValue }, 1, long.MaxValue)]
    public void Bytes_are_counted_as_far_as_64_bits_go(long[] shape, int elementSize, long? expected) => Assert.Equal(expected, ShapeGuard.ByteLength(shape, elementSize));
}
