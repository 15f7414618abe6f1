using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>Where the numbers of tensors in the CPU's memory are.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>Address of the first number of a contiguous tensor of any size; valid while the tensor lives.</summary>
    /// <param name="tensor">Contiguous, on the CPU, not empty.</param>
    internal static nint Address(Tensor tensor)
    {
        if (tensor.numel() * tensor.element_size() <= int.MaxValue) return First(tensor.bytes);
        using var flat = tensor.view(-1);
        using var first = flat.narrow(0, 0, 1);                                               // a span holds 2 GiB at most
        return First(first.bytes);
    }

    private static nint First(Span<byte> bytes) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
}
