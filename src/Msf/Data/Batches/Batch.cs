using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>Images, or their latents, with their labels, as training takes them.</summary>
/// <param name="Images">float32 (B, C, H, W), on the CPU: pixels in [-1, 1], or latents of about unit deviation.</param>
/// <param name="Labels">int64 (B), on the CPU.</param>
public sealed record Batch(Tensor Images, Tensor Labels) : IDisposable
{
    /// <summary>What networks are told of the images' non-leaky augmentation, float32 (B, <see cref="AugmentationLabel.Size"/>), on the CPU; null where there is none.</summary>
    public Tensor? AugmentationLabels { get; init; }

    /// <summary>Disposes the tensors; not needed where a dispose scope owns them.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
        AugmentationLabels?.Dispose();
    }
}
