namespace Msf.Models;

/// <summary>Size and cost of an <see cref="ImageClassifier"/>.</summary>
/// <param name="Parameters">Trainable numbers.</param>
/// <param name="MultiplyAdds">Multiply-adds of the products of one forward pass of an image.</param>
public sealed record ClassifierCost(long Parameters, double MultiplyAdds)
{
    private const int KernelArea = 9;

    /// <summary>Counts; nothing is computed.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="size">Side of the images in pixels.</param>
    public static ClassifierCost Of(ClassifierConfig config, int size)
    {
        var (parameters, products) = (0L, 0.0);
        var side = size;
        for (var level = 0; level < config.Widths.Length; level++)
        {
            long width = config.Widths[level], inputs = level == 0 ? 3 : config.Widths[level - 1];
            if (level > 0) side = (side + 1) / 2;
            var weights = KernelArea * (inputs * width + 2 * config.Blocks * width * width);
            parameters += weights + width * (1 + 6 * config.Blocks);                          // biases, and the two normalisations of a block
            products += (double)weights * side * side;
        }
        var (last, classes) = ((long)config.Widths[^1], config.Classes);
        return new ClassifierCost(parameters + 2 * last + (last + 1) * classes, products + last * classes);
    }
}
