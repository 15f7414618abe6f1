namespace Msf.Data;

/// <summary>What an image set holds.</summary>
/// <param name="Source">The set's name.</param>
/// <param name="Count">Number of images, broken ones included.</param>
/// <param name="Classes">The classes with their numbers of images, broken ones included.</param>
/// <param name="Width">Widths of the readable images; null where there is none.</param>
/// <param name="Height">Heights of the readable images; null where there is none.</param>
/// <param name="Broken">The images that cannot be used, in the set's order.</param>
public sealed record InspectionReport(
    string Source, int Count, IReadOnlyList<ImageClass> Classes, SizeRange? Width, SizeRange? Height, IReadOnlyList<BrokenImage> Broken)
{
    /// <summary>What a latent cache holds beside; null for images.</summary>
    public LatentSummary? Latents { get; init; }
}
