namespace Msf.Data;

/// <summary>
/// Sizes of training images of mixed aspect ratios: every image goes to the bucket whose aspect is nearest to its own and is scaled and cropped to it;
/// every batch holds one bucket. Either a list of sizes, or an area from which one is made.
/// </summary>
public sealed record BucketConfig
{
    /// <summary>Most buckets; the networks keep the positions of as many grids.</summary>
    public const int Most = 64;

    /// <summary>The sizes, each [height, width] in pixels of the image; null makes them from <see cref="Area"/>.</summary>
    public int[][]? Sizes { get; init; }

    /// <summary>Pixels of an image, at most; with <see cref="Step"/> in place of a list.</summary>
    public int? Area { get; init; }

    /// <summary>What all sides are multiples of.</summary>
    public int? Step { get; init; }

    /// <summary>Longer side over the shorter one, at most; with an area. Default 2.</summary>
    public double MaxRatio { get; init; } = 2;

    /// <summary>The sizes; those made from an area are the largest of every aspect within area, step and ratio, the widest last.</summary>
    /// <remarks>For every multiple of the step as width the largest height that the area has room for, and the other way round.</remarks>
    public IReadOnlyList<PixelSize> Resolve()
    {
        if (Sizes is not null) return [.. Sizes.Select(size => new PixelSize(size[1], size[0])).Distinct()];
        var (area, step) = (Area!.Value, Step!.Value);
        var found = new HashSet<PixelSize>();
        for (var width = (long)step; width * step <= area && width / Math.Sqrt(area) <= MaxRatio; width += step)
        {
            var height = area / width / step * step;
            if ((double)Math.Max(width, height) / Math.Min(width, height) > MaxRatio) continue;
            found.Add(new PixelSize((int)width, (int)height));
            found.Add(new PixelSize((int)height, (int)width));
        }
        return [.. found.OrderBy(size => size.Aspect).ThenBy(size => size.Width)];
    }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Sizes is not null)
        {
            if (Area is not null || Step is not null) errors.Add("sizes and area with step are two ways to say the same; give one");
            if (Sizes.Length == 0) errors.Add("sizes is empty, expected at least one [height, width]");
            foreach (var size in Sizes)
                if (size is not [>= 1 and <= 8192, >= 1 and <= 8192])
                    errors.Add($"sizes has [{string.Join(", ", size ?? [])}], expected [height, width] of 1 to 8192 pixels");
        }
        else
        {
            if (Area is not (>= 1 and <= 1 << 26)) errors.Add(Area is null ? "neither sizes nor area with step is given; give one" : $"area is {Area} pixels, expected 1 to {1 << 26}");
            else if (Step is not >= 1) errors.Add(Step is null ? "area needs a step that all sides are multiples of; give step" : $"step is {Step}, expected at least 1");
            else if (!(MaxRatio >= 1) || !double.IsFinite(MaxRatio)) errors.Add($"maxRatio is {MaxRatio}, expected at least 1");
            else if (Resolve().Count == 0) errors.Add($"no size has sides that are multiples of {Step}, an area of at most {Area} and a ratio of at most {MaxRatio}; give a smaller step");
        }
        if (errors.Count == 0 && Resolve().Count > Most) errors.Add($"there are {Resolve().Count} sizes, at most {Most} are taken; give a larger step or a smaller ratio");
        return errors;
    }
}
