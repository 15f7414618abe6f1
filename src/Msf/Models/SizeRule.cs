namespace Msf.Models;

/// <summary>
/// Which sizes a model can be run at: those of which every level of the factorization divides into the patches of its stage. Sizes are in pixels of
/// the image: of a model of latents, multiples of the autoencoder's factor.
/// </summary>
public sealed class SizeRule
{
    /// <summary>Most tokens of a stage: the weights of one head's attention over them take 1 GiB in float32.</summary>
    public const int MostTokens = 16384;

    private readonly ModelConfig _model;
    private readonly int _factor;

    /// <summary>Fixes model and autoencoder.</summary>
    /// <param name="model">A valid architecture.</param>
    /// <param name="factor">Pixels of the image along a pixel of the target; 1 where the model makes pixels.</param>
    public SizeRule(ModelConfig model, int factor = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        (_model, _factor) = (model, factor);
    }

    /// <summary>Whether a height or a width works.</summary>
    /// <param name="side">Pixels of the image.</param>
    public bool Fits(int side)
    {
        if (side < 1 || side % _factor != 0) return false;
        var level = side / _factor;
        for (var stage = _model.Stages.Length - 1; stage >= 0; stage--)
        {
            if (level % _model.Stages[stage].PatchSize != 0) return false;
            level = (level + 1) / 2;
        }
        return true;
    }

    /// <summary>The nearest sides that work: the next smaller one, where there is one, and the next larger one; a side that works itself is the only one.</summary>
    /// <param name="side">Pixels of the image, at least 1.</param>
    public int[] Nearest(int side)
    {
        if (Fits(side)) return [side];
        var nearest = new List<int>();
        var below = side - 1;
        while (below > 0 && !Fits(below)) below--;
        if (below > 0) nearest.Add(below);
        var above = side + 1;
        while (!Fits(above)) above++;                                                         // multiples of all patches times a power of two do
        return [.. nearest, above];
    }

    /// <summary>The spatial size of the target, [height, width] in its own pixels, of images of a size that works.</summary>
    /// <param name="height">Pixels of the image.</param>
    /// <param name="width">Pixels of the image.</param>
    public int[] Target(int height, int width) => [height / _factor, width / _factor];

    /// <summary>What is wrong with a size, in one line that names the nearest sizes that work; null where it works.</summary>
    /// <param name="height">Pixels of the image.</param>
    /// <param name="width">Pixels of the image.</param>
    public string? Error(int height, int width)
    {
        if (height < 1 || width < 1) return $"size is {width}x{height} (width x height), expected sides of at least 1";
        var wrong = new List<string>();
        if (!Fits(width)) wrong.Add($"for the width take {Listed(width)}");
        if (!Fits(height)) wrong.Add($"for the height take {Listed(height)}");
        if (wrong.Count > 0) return $"size {width}x{height} (width x height) does not divide into the model's {Divisors()}: {string.Join(", ", wrong)}";
        for (var stage = 0; stage < _model.Stages.Length; stage++)
        {
            var tokens = _model.AtSize([height / _factor, width / _factor]).StageSize(stage)
                .Aggregate(1L, (product, side) => product * (side / _model.Stages[stage].PatchSize));
            if (tokens > MostTokens) return $"size {width}x{height} (width x height) gives stage {stage} {tokens:N0} tokens, at most {MostTokens:N0} are taken; choose a smaller size";
        }
        return null;
    }

    private string Listed(int side) => string.Join(" or ", Nearest(side));

    private string Divisors()
    {
        var patches = _model.Stages.Length == 1 ? $"patches of {_model.Stages[0].PatchSize}" : $"{_model.Stages.Length} levels with patches of {string.Join(" and ", _model.Stages.Select(stage => stage.PatchSize))}";
        return _factor == 1 ? patches : $"{patches} in latents {_factor} times smaller";
    }
}
