namespace Msf.Data;

/// <summary>
/// Changes made to training images anew in every epoch; all off by default. Crop and jitter are leaky: what they make is what the model learns
/// to draw. They come first; of the non-leaky changes, made to the result, the network is told.
/// </summary>
public sealed record AugmentationConfig
{
    /// <summary>A part of each image, cut from its full size, instead of the whole; null for none.</summary>
    public RandomResizedCropConfig? RandomResizedCrop { get; init; }

    /// <summary>Other brightness, contrast, saturation and hue; null for none.</summary>
    public ColorJitterConfig? ColorJitter { get; init; }

    /// <summary>Mirroring, scaling, rotation, stretching and translation that the network is told of; null for none.</summary>
    public NonLeakyConfig? NonLeaky { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. RandomResizedCrop?.Validate().Select(error => $"randomResizedCrop: {error}") ?? [],
        .. ColorJitter?.Validate().Select(error => $"colorJitter: {error}") ?? [],
        .. NonLeaky?.Validate().Select(error => $"nonLeaky: {error}") ?? [],
    ];
}
