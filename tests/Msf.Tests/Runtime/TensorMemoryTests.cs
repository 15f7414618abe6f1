using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Runtime;

public sealed class TensorMemoryTests
{
    [Fact]
    public void A_tensor_larger_than_a_span_has_an_address_too()
    {
        using var scope = NewDisposeScope();
        var large = empty([(1L << 31) + 4096], ScalarType.Byte);                              // never touched, so it takes no memory
        var last = large.narrow(0, 1L << 31, 1);
        Assert.Equal(TensorMemory.Address(last), (nint)(TensorMemory.Address(large) + (1L << 31)));
        var small = arange(10, ScalarType.Float32);
        Assert.Equal(TensorMemory.Address(small) + 3 * sizeof(float), TensorMemory.Address(small.narrow(0, 3, 2)));
    }
}
