using System.CommandLine;
using System.Globalization;
using Msf.Checkpoints;
using Msf.Modules;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>Images of another size than the model was trained at: <c>--size</c>, and how it is reached.</summary>
internal sealed class SizeOption
{
    private readonly Option<string?> _size = new("--size")
    {
        Description = "Pixels of the images, width x height, where not those of training; one number for a square.",
        HelpName = "WxH",
    };

    private readonly Option<string?> _positions = new("--positions")
    {
        Description = "Positions at another size, one or one per stage: interpolation, extrapolation or ntkAware; default the model's.",
        HelpName = "NAME,NAME",
    };

    private readonly Option<string> _shift = new("--size-shift")
    {
        Description = "Time shift at another size: auto (by the number of tokens) or off.",
        DefaultValueFactory = _ => "auto",
        HelpName = "auto|off",
    };

    /// <summary>The options, in the order of the help.</summary>
    internal IEnumerable<Option> All => [_size, _positions, _shift];

    /// <summary>Checks and applies what was asked for.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="model">The model; its positions are set.</param>
    /// <param name="request">The request at the trained size.</param>
    /// <returns>The request at the size asked for.</returns>
    /// <exception cref="UsageException">A value is none that works; the line says which do.</exception>
    internal SamplingRequest Apply(ParseResult arguments, MsfModel model, SamplingRequest request)
    {
        var (size, positions, shift) = (arguments.GetValue(_size), arguments.GetValue(_positions), arguments.GetRequiredValue(_shift));
        if (shift is not ("auto" or "off")) throw new UsageException($"--size-shift is \"{shift}\"; expected auto or off.");
        if (size is null)
        {
            if (positions is not null || shift != "auto") throw new UsageException("--positions and --size-shift are for another size than that of training; give --size WxH with them.");
            return request;
        }
        if (positions is not null) model.PositionScaling = ListArgument.NamesPerStage<PositionScaling>(positions, model.PositionScaling.Count, "--positions");
        var (width, height) = Parse(size);
        var rule = model.Sizes;
        if (rule.Error(height, width) is { } error) throw new UsageException($"--size: {error}.");
        return request with { Size = rule.Target(height, width), ShiftBySize = shift == "auto" };
    }

    /// <summary>How many images to generate together: fewer of a larger size, so that memory stays, unless a number was asked for.</summary>
    internal static int BatchSize(ParseResult arguments, Option<int> option, MsfModel model, SamplingRequest request)
    {
        var asked = arguments.GetValue(option);
        if (request.Size is not { } size || arguments.GetResult(option) is { Implicit: false }) return asked;
        var growth = size.Aggregate(1.0, (product, side) => product * side) / model.Manifest.Model.Size.Aggregate(1.0, (product, side) => product * side);
        return Math.Clamp((int)(asked / growth), 1, asked);
    }

    private static (int Width, int Height) Parse(string text)
    {
        var parts = text.Split('x', 'X');
        if (parts.Length is 1 or 2 && parts.All(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[^1], CultureInfo.InvariantCulture));
        throw new UsageException($"--size is \"{text}\"; expected width x height in pixels, for example 64x32, or one number for a square.");
    }
}
