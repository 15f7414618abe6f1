using Msf.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>What the kernels of our own take: contiguous rows in the CPU's memory.</summary>
internal static class Rows
{
    /// <summary>Whether a tensor is float32 or bfloat16, contiguous, on the CPU, its last dimension a multiple of 32.</summary>
    internal static bool Takes(Tensor x) => x.shape[^1] % HalfWidth.Step == 0 && TakesAny(x);

    /// <summary>Whether the kernels take what goes into a layer and what comes out of it.</summary>
    internal static bool Takes(Tensor x, Linear layer) => layer.weight.shape[0] % HalfWidth.Step == 0 && Takes(x);

    /// <summary>The same for any last dimension.</summary>
    internal static bool TakesAny(Tensor x) =>
        x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.is_contiguous();

    /// <summary>Where the numbers of a tensor begin; valid while the tensor lives.</summary>
    internal static nint Address(Tensor tensor) => TensorMemory.Address(tensor);
}
