using Msf.Runtime;

namespace Msf.Checkpoints;

/// <summary>A tensor of a checkpoint: a view of a storage that stays inside it.</summary>
internal sealed record TorchTensor
{
    // libtorch's element-wise operations stop at 64 dimensions.
    private const int MaxRank = 64;

    private TorchTensor() { }

    /// <summary>Where the numbers are.</summary>
    internal required TorchStorage Storage { get; init; }

    /// <summary>The first number of the view.</summary>
    internal required long Offset { get; init; }

    /// <summary>Sizes, one per dimension; empty for a scalar.</summary>
    internal required long[] Shape { get; init; }

    /// <summary>Steps between neighbours, one per dimension, none negative.</summary>
    internal required long[] Strides { get; init; }

    /// <summary>How many numbers from the first to the last of the view, those between included; 0 for an empty tensor.</summary>
    internal required long Span { get; init; }

    /// <summary>How many numbers the tensor has.</summary>
    internal required long Count { get; init; }

    /// <summary>Bytes of the tensor in memory.</summary>
    internal long ByteLength => checked(Count * Storage.ElementSize);

    /// <summary>Takes the arguments of <c>torch._utils._rebuild_tensor_v2</c>: storage, offset, sizes, strides, and what does not matter here.</summary>
    /// <exception cref="InvalidDataException">They are of other types, or the view leaves its storage.</exception>
    internal static TorchTensor Rebuild(object?[] arguments)
    {
        if (arguments is not [TorchStorage storage, long offset, object?[] sizes, object?[] steps, ..] || sizes.Length != steps.Length)
            throw new InvalidDataException("its pickle rebuilds a tensor from something else than storage, offset, sizes and strides");
        if (sizes.Length > MaxRank) throw new InvalidDataException($"a tensor has {sizes.Length} dimensions, at most {MaxRank} are read");
        var (shape, strides) = (Numbers(sizes), Numbers(steps));
        try
        {
            var count = ShapeGuard.ByteLength(shape, 1) ?? throw new OverflowException();
            var span = count == 0 ? 0 : shape.Zip(strides).Aggregate(1L, (sum, pair) => checked(sum + (pair.First - 1) * pair.Second));
            if (offset < 0 || checked(offset + span) > storage.Length)
                throw new InvalidDataException(
                    $"a tensor {ShapeGuard.Format(shape)} takes {span} numbers from number {offset}, its storage {OneLine.Quote(storage.Record)} has {storage.Length}");
            _ = checked(count * storage.ElementSize);
            return new TorchTensor { Storage = storage, Offset = offset, Shape = shape, Strides = strides, Span = span, Count = count };
        }
        catch (OverflowException e)
        {
            throw new InvalidDataException($"a tensor {ShapeGuard.Format(shape)} is larger than any file", e);
        }
    }

    /// <summary>Whether the view is its numbers in a row.</summary>
    internal bool IsContiguous()
    {
        var step = 1L;
        for (var i = Shape.Length - 1; i >= 0; i--)
        {
            if (Shape[i] != 1 && Strides[i] != step) return false;
            step *= Shape[i];
        }
        return true;
    }

    private static long[] Numbers(object?[] values) => [.. values.Select(value =>
        value is long and >= 0 ? (long)value : throw new InvalidDataException("a tensor has a size or a stride that is no number of at least 0"))];
}
