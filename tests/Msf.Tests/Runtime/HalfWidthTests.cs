using System.Runtime.Intrinsics;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Runtime;

public sealed unsafe class HalfWidthTests
{
    [Fact]
    public void Rounding_is_libtorchs_for_numbers_of_every_size_infinities_and_no_numbers()
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        var values = Enumerable.Range(0, 32 * 500).Select(_ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue))).ToArray();
        float[] special = [0f, -0f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, float.MaxValue, float.Epsilon, 1.00390625f];
        special.CopyTo(values, 0);
        var expected = tensor(values).to_type(ScalarType.BFloat16).to_type(ScalarType.Float32).data<float>().ToArray();

        var halves = new ushort[values.Length];
        fixed (float* from = values)
        fixed (ushort* to = halves)
            for (var i = 0; i < values.Length; i += HalfWidth.Step) HalfWidth.Store(to + i, Vector512.Load(from + i), Vector512.Load(from + i + 16));
        Assert.Equal(expected, halves.Select(HalfWidth.Load).ToArray());
        Assert.Equal(expected, values.Select(value => HalfWidth.Load(HalfWidth.Round(value))).ToArray());

        var read = new float[HalfWidth.Step];
        fixed (ushort* from = halves)
        {
            var (low, high) = HalfWidth.Load(from);
            low.CopyTo(read);
            high.CopyTo(read, 16);
        }
        Assert.Equal(expected[..HalfWidth.Step], read);
    }
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_read_in_any_order_is_written_where_it_was_and_rounded_as_in_order(bool half)
    {
        var random = new Random(2);
        var values = Enumerable.Range(0, HalfWidth.Step).Select(i => i == 5 ? float.NaN : BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue))).ToArray();
        var (source, expected, actual) = (new float[32], new float[32], new float[32]);
        fixed (float* from = values)
        fixed (float* stored = source)
        fixed (float* ordered = expected)
        fixed (float* any = actual)
        {
            HalfWidth.Write((nint)stored, half, 0, Vector512.Load(from), Vector512.Load(from + 16));
            var third = Vector512.Create(1f / 3);
            var (low, high) = HalfWidth.Read((nint)stored, half, 0);
            HalfWidth.Write((nint)ordered, half, 0, low * third, high * third);
            var (first, second) = HalfWidth.ReadAny((nint)stored, half, 0);
            HalfWidth.WriteAny((nint)any, half, 0, first * third, second * third);
        }
        Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), actual.Select(BitConverter.SingleToUInt32Bits));
    }
}
