using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>What a safetensors header says about one tensor.</summary>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Sizes, one per dimension; empty for a scalar.</param>
/// <param name="Begin">First byte of the values, counted from the end of the header.</param>
/// <param name="End">One past the last byte of the values, counted from the end of the header.</param>
public sealed record TensorInfo(ScalarType DType, ImmutableArray<long> Shape, long Begin, long End)
{
    /// <summary>Bytes that the values take.</summary>
    public long ByteLength => End - Begin;
}
