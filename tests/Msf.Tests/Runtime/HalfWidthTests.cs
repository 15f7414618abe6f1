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
}
