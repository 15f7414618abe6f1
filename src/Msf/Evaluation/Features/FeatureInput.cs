namespace Msf.Evaluation;

/// <summary>What a feature network takes.</summary>
public sealed record FeatureInput
{
    /// <summary>The largest <see cref="Size"/> accepted.</summary>
    public const int LargestSize = 4096;

    /// <summary>Type of its numbers. Default bytes.</summary>
    public FeatureInputType Type { get; init; } = FeatureInputType.Bytes;

    /// <summary>What black and white become, where floats are taken: [0, 255] (default), [0, 1], [-1, 1] ...</summary>
    public double[] Range { get; init; } = [0, 255];

    /// <summary>Mean of every colour, in units of <see cref="Range"/>, that is subtracted afterwards; empty for none. ImageNet's is [0.485, 0.456, 0.406] of [0, 1].</summary>
    public double[] Mean { get; init; } = [];

    /// <summary>Standard deviation of every colour that is divided by; empty for none. ImageNet's is [0.229, 0.224, 0.225].</summary>
    public double[] StandardDeviation { get; init; } = [];

    /// <summary>Width and height in pixels that images are resized to beforehand; null (default) where the network resizes them itself, or takes any size.</summary>
    public int? Size { get; init; }

    /// <summary>How they are resized. Default bicubic.</summary>
    public ResizeMode Resize { get; init; } = ResizeMode.Bicubic;

    /// <summary>Checks every member.</summary>
    /// <returns>All errors, one line each.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Range is not [var black, var white] || !double.IsFinite(black) || !double.IsFinite(white) || black == white)
            errors.Add("input.range must be two different numbers, what black and white become");
        if (!Enum.IsDefined(Type)) errors.Add($"input.type is {(int)Type}; expected {string.Join(" or ", Enum.GetNames<FeatureInputType>())}");
        if (!Enum.IsDefined(Resize)) errors.Add($"input.resize is {(int)Resize}; expected {string.Join(" or ", Enum.GetNames<ResizeMode>())}");
        if (Mean.Length is not (0 or 3) || !Mean.All(double.IsFinite)) errors.Add("input.mean must be three numbers, or left out");
        if (StandardDeviation.Length is not (0 or 3) || !StandardDeviation.All(deviation => double.IsFinite(deviation) && deviation > 0))
            errors.Add("input.standardDeviation must be three numbers above 0, or left out");
        if (Size is < 1 or > LargestSize) errors.Add($"input.size is {Size}; expected 1 to {LargestSize} pixels, or none where the network resizes by itself");
        if (Type == FeatureInputType.Bytes && (Range is not [0, 255] || Mean.Length + StandardDeviation.Length > 0))
            errors.Add("input.range, mean and standardDeviation are of floats; set input.type to floats");
        return errors;
    }
}
