using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>Guidance as arithmetic of two predictions: classifier-free (Ho and Salimans 2022), or by a weaker model (Karras et al. 2024).</summary>
public static class ClassifierFreeGuidance
{
    private const double SmallestDeviation = 1e-12;                                           // no prediction is that flat but one that is constant

    /// <summary>v_weak + scale (v_class - v_weak) on the guided channels; the others keep the class-conditional value.</summary>
    /// <param name="conditional">Prediction with the class, (B, C, ...).</param>
    /// <param name="weak">Prediction with the null class, or of a weaker model, of the same shape.</param>
    /// <param name="scale">Guidance scale w.</param>
    /// <param name="guidedChannels">How many channels, from the first, are guided; null for all. DiT's official code guides 3.</param>
    /// <returns>Guided prediction, of the same shape, owned by the caller's dispose scope.</returns>
    public static Tensor Combine(Tensor conditional, Tensor weak, double scale, long? guidedChannels = null) =>
        Combine(conditional, weak, scale, guidedChannels, rescale: 0);

    /// <summary>The same, brought back to the standard deviation that it had before guidance (Lin et al. 2023, eqs. 15 and 16).</summary>
    /// <param name="conditional">Prediction with the class, (B, C, ...).</param>
    /// <param name="weak">Prediction with the null class, or of a weaker model, of the same shape.</param>
    /// <param name="scale">Guidance scale w.</param>
    /// <param name="guidedChannels">How many channels, from the first, are guided, and rescaled; null for all.</param>
    /// <param name="rescale">φ of φ v std(v_class) / std(v) + (1 - φ) v, in [0, 1]; the deviations are each image's, over its guided channels.</param>
    /// <returns>Guided prediction, of the same shape, owned by the caller's dispose scope.</returns>
    public static Tensor Combine(Tensor conditional, Tensor weak, double scale, long? guidedChannels, double rescale)
    {
        using var scope = NewDisposeScope();
        if (guidedChannels is { } count && count < conditional.shape[1])
        {
            var guided = Combine(conditional.narrow(1, 0, count), weak.narrow(1, 0, count), scale, null, rescale);
            return cat([guided, conditional.narrow(1, count, conditional.shape[1] - count)], dim: 1).MoveToOuterDisposeScope();
        }
        var combined = weak.Plus((conditional - weak).Times(scale));
        if (rescale > 0) combined = combined * Factor(conditional, combined, rescale);
        return combined.MoveToOuterDisposeScope();
    }

    // φ std(v_class) / std(v) + 1 - φ of every image, (B, 1, ...). In float64: how libtorch sums float32 depends, in its last bits, on the number of images.
    private static Tensor Factor(Tensor conditional, Tensor guided, double rescale)
    {
        using var scope = NewDisposeScope();
        var ratio = Deviation(conditional) / Deviation(guided).Clamped(SmallestDeviation, double.MaxValue);  // (B, 1)
        long[] perImage = [guided.shape[0], .. Enumerable.Repeat(1L, guided.shape.Length - 1)];
        return ratio.Times(rescale).Plus(1 - rescale).to_type(guided.dtype).reshape(perImage).MoveToOuterDisposeScope();
    }

    private static Tensor Deviation(Tensor x)
    {
        using var scope = NewDisposeScope();
        var flat = x.to_type(ScalarType.Float64).flatten(1);                                  // (B, C ...)
        return (flat - flat.mean([1], keepdim: true)).Squared().mean([1], keepdim: true).sqrt().MoveToOuterDisposeScope();
    }
}
