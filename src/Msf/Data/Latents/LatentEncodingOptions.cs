namespace Msf.Data;

/// <summary>How a set is encoded.</summary>
public sealed record LatentEncodingOptions
{
    /// <summary>Width and height to which images are fitted, in pixels, a multiple of the autoencoder's factor; null takes the shorter side of the first readable image, rounded down to one.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Whether every image is encoded mirrored, too; default on.</summary>
    public bool Flips { get; init; } = true;

    /// <summary>Images of a shard; default 512. A kill loses the shard that was being made, no more.</summary>
    public int ShardImages { get; init; } = 512;

    /// <summary>Images encoded together; default 16. Bounds the memory.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Which of <see cref="Writers"/> parallel writers this is, from 1; default 1. It makes every shard whose number leaves Writer - 1 when divided by Writers.</summary>
    public int Writer { get; init; } = 1;

    /// <summary>Parallel writers; default 1.</summary>
    public int Writers { get; init; } = 1;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (ImageSize is < 1) errors.Add($"the image size is {ImageSize}, expected at least 1");
        if (ShardImages < 1) errors.Add($"a shard has {ShardImages} images, expected at least 1");
        if (BatchSize is < 1 or > 4096) errors.Add($"the batch size is {BatchSize}, expected 1 to 4096");
        if (Writers < 1 || Writer < 1 || Writer > Writers) errors.Add($"this is writer {Writer} of {Writers}, expected 1 to the number of writers");
        return errors;
    }
}
