using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>Classifier-free guidance (Ho and Salimans 2022).</summary>
public static class ClassifierFreeGuidance
{
    /// <summary>v_null + scale (v_class - v_null) on the guided channels; the others keep the class-conditional value.</summary>
    /// <param name="conditional">Prediction with the class, (B, C, ...).</param>
    /// <param name="unconditional">Prediction with the null class, of the same shape.</param>
    /// <param name="scale">Guidance scale w.</param>
    /// <param name="guidedChannels">How many channels, from the first, are guided; null for all. DiT's official code guides 3.</param>
    /// <returns>Guided prediction, of the same shape, owned by the caller's dispose scope.</returns>
    public static Tensor Combine(Tensor conditional, Tensor unconditional, double scale, long? guidedChannels = null)
    {
        using var scope = NewDisposeScope();
        var guided = unconditional.Plus((conditional - unconditional).Times(scale));
        if (guidedChannels is { } count && count < conditional.shape[1])
            guided = cat([guided.narrow(1, 0, count), conditional.narrow(1, count, conditional.shape[1] - count)], dim: 1);
        return guided.MoveToOuterDisposeScope();
    }
}
