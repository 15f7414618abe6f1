using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>A run of numbers in a record of a checkpoint.</summary>
/// <param name="DType">Type of the numbers.</param>
/// <param name="Record">Name of the record in the archive; it exists and has exactly this length.</param>
/// <param name="Length">How many numbers.</param>
internal sealed record TorchStorage(ScalarType DType, string Record, long Length)
{
    /// <summary>Bytes of a number.</summary>
    internal int ElementSize => SafetensorsDataTypes.SizeOf(DType);
}
