using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>What the kernels of our own take: contiguous rows in the CPU's memory.</summary>
internal static class Rows
{
    /// <summary>Whether a tensor is float32 or bfloat16, contiguous, on the CPU, its last dimension a multiple of <paramref name="step"/>.</summary>
    internal static bool Takes(Tensor x, int step = HalfWidth.Step) => x.shape[^1] % step == 0 && TakesAny(x);

    /// <summary>The same for any last dimension.</summary>
    internal static bool TakesAny(Tensor x) =>
        x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.is_contiguous();

    /// <summary>Where the numbers of a tensor begin; valid while the tensor lives.</summary>
    internal static nint Address(Tensor tensor) => TensorMemory.Address(tensor);
}
