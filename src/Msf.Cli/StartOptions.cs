using System.CommandLine;
using System.Globalization;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Sampling;

namespace Msf.Cli;

/// <summary>What <c>msf sample</c> starts from instead of noise alone, and how its stages follow each other.</summary>
internal sealed class StartOptions
{
    private readonly Option<string?> _from = new("--from") { Description = "Start from this picture: its base is kept, and detail is generated (but see --strength).", HelpName = "FILE" };
    private readonly Option<double?> _strength = new("--strength")
    {
        Description = "How much of the picture's base is made anew: 0 none, 1 all (default: 0, with --mask 1).",
        HelpName = "0..1",
    };

    private readonly Option<string?> _mask = new("--mask") { Description = "Generate where this picture is white and keep --from where it is black.", HelpName = "FILE" };
    private readonly Option<long?> _variations = new("--variations-of")
    {
        Description = "Share the base of image INDEX of this seed, generated once, and differ in the detail.",
        HelpName = "INDEX",
    };

    private readonly Option<double?> _overlap = new("--overlap")
    {
        Description = "Start a stage when the one below has reached this time, 0 to 1, instead of its end.",
        HelpName = "TAU",
    };

    /// <summary>All of them.</summary>
    internal IEnumerable<Option> All => [_from, _strength, _mask, _variations, _overlap];

    /// <summary>The settings with what was given in place of the model's own.</summary>
    internal SamplingConfig Apply(SamplingConfig sampling, ParseResult arguments) =>
        arguments.GetValue(_overlap) is { } tau ? sampling with { OverlapTime = tau } : sampling;

    /// <summary>The request with the base that is shared, where one is.</summary>
    /// <param name="request">The request, already complete otherwise.</param>
    /// <param name="classes">Classes that images are made of in turn.</param>
    /// <param name="arguments">The command line.</param>
    /// <exception cref="UsageException">The index makes no sense.</exception>
    internal SamplingRequest Apply(SamplingRequest request, int[] classes, ParseResult arguments)
    {
        if (arguments.GetValue(_variations) is not { } index) return request;
        if (index < 0) throw new UsageException($"--variations-of is {index}; expected the index of an image, 0 or more.");
        if (request.Sampling.Stages.Length == 1) throw new UsageException("--variations-of needs a model of two levels or more; this one has no residual to vary.");
        return request with
        {
            Labels = [.. request.Labels.Select(_ => classes[index % classes.Length])],
            BaseIndices = [.. request.Labels.Select(_ => index)],
        };
    }

    /// <summary>The picture to start from; null where there is none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="target">Size of the targets, [height, width], where not the model's own.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="UsageException">The options do not fit each other or the model.</exception>
    internal StartingPicture? Picture(MsfModel model, int[]? target, ParseResult arguments)
    {
        var (from, strength, mask) = (arguments.GetValue(_from), arguments.GetValue(_strength), arguments.GetValue(_mask));
        if (from is null)
            return strength is null && mask is null ? null : throw new UsageException("--strength and --mask are for a picture to start from; give --from FILE with them.");
        if (strength is { } s && !(s is >= 0 and <= 1)) throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--strength is {s}; expected 0 (keep the base) to 1 (make it anew)."));
        var amount = strength ?? (mask is null ? 0 : 1);
        if (amount == 0 && model.Manifest.Model.Stages.Length == 1) throw new UsageException("a model of one level has no detail to add to a base; give --strength above 0.");
        var factor = model.Autoencoder?.Config.Factor ?? 1;
        var size = target ?? model.Manifest.Model.Size;
        return StartingPicture.Prepare(model, Read(from, "--from"), new PixelSize(factor * size[1], factor * size[0]), amount, mask is null ? null : Read(mask, "--mask"));
    }

    /// <summary>What files tell of it.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Describe(SamplingRequest request, ParseResult arguments)
    {
        if (request.Source is { } source)
        {
            yield return new("msf:from", Path.GetFileName(arguments.GetRequiredValue(_from)!));
            yield return new("msf:strength", source.Strength.ToString("R", CultureInfo.InvariantCulture));
            if (arguments.GetValue(_mask) is { } mask) yield return new("msf:mask", Path.GetFileName(mask));
        }
        if (request.BaseIndices is { } bases) yield return new("msf:variations-of", bases[0].ToString(CultureInfo.InvariantCulture));
        if (request.Sampling.OverlapTime is { } tau) yield return new("msf:overlap", tau.ToString("R", CultureInfo.InvariantCulture));
    }

    private static RgbImage Read(string path, string option) =>
        File.Exists(path) ? ImageDecoder.Decode(path) : throw new UsageException($"{option} {path} does not exist; give an image file (PNG, JPEG, WebP, BMP).");
}
