using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Models;

/// <summary>What goes into a diffusion transformer: whether it fits, and filled up to whole tiles where products need that.</summary>
internal static class TransformerInputs
{
    private const int RowTile = 16;

    /// <summary>Checks the arguments of a forward pass.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="x">Noisy component, (B, C, H, W).</param>
    /// <param name="t">Times, (B).</param>
    /// <param name="labels">Class indices, (B).</param>
    /// <param name="condition">Noised condition, (B, C_u, H, W), or null.</param>
    /// <param name="conditionTime">Noise level of the condition, (B), or null.</param>
    /// <param name="augmentation">Augmentation labels, (B, A), or null.</param>
    /// <exception cref="ArgumentException">A shape does not fit, or something is missing or unexpected.</exception>
    internal static void Require(TransformerConfig config, Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime, Tensor? augmentation)
    {
        RequireShapes(config, x, t, labels, condition, conditionTime);
        RequireAugmentation(config, augmentation, x.shape[0]);
    }

    /// <summary>
    /// Fills the batch up to whole tiles of the product kernels: a kernel may sum the rows of a cut tile in another order, and
    /// then an image would depend, in its last bits, on how many others are generated with it.
    /// </summary>
    /// <param name="values">One value, or one row of values, per image: (B) or (B, A).</param>
    /// <returns>(B') or (B', A), the next multiple of the tile, owned by the caller's dispose scope.</returns>
    internal static Tensor PadRows(Tensor values)
    {
        var missing = (RowTile - values.shape[0] % RowTile) % RowTile;
        if (missing == 0) return values.alias();
        using var last = values.narrow(0, values.shape[0] - 1, 1);
        using var padding = last.expand([missing, .. values.shape[1..]]);
        return cat([values, padding]);
    }

    private static void RequireAugmentation(TransformerConfig config, Tensor? augmentation, long batch)
    {
        if (augmentation is null) return;
        if (config.AugmentationLabels == 0)
            throw new ArgumentException("this network takes no augmentation labels; pass none, or set augmentationLabels.", nameof(augmentation));
        ShapeGuard.Require(augmentation, nameof(augmentation), batch, config.AugmentationLabels);
    }

    private static void RequireShapes(TransformerConfig config, Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime)
    {
        ShapeGuard.Require(x, nameof(x), -1, config.Channels, -1, -1);
        var (batch, height, width, patch) = (x.shape[0], x.shape[2], x.shape[3], config.PatchSize);
        if (height < patch || width < patch || height % patch != 0 || width % patch != 0)
            throw new ArgumentException($"x is {ShapeGuard.Format(x.shape)}: height and width must be multiples of the patch size {patch}, of 1 at least; crop or pad first.", nameof(x));
        ShapeGuard.Require(t, nameof(t), batch);
        ShapeGuard.Require(labels, nameof(labels), batch);
        var expected = config.ConditionChannels > 0;
        if (condition is not null != expected || conditionTime is not null != expected)
            throw new ArgumentException(expected
                ? "this stage needs a condition and its noise level; pass both."
                : "this stage takes no condition; pass neither condition nor conditionTime.", nameof(condition));
        if (!expected) return;
        ShapeGuard.Require(condition!, nameof(condition), batch, config.ConditionChannels, height, width);
        ShapeGuard.Require(conditionTime!, nameof(conditionTime), batch);
    }
}
