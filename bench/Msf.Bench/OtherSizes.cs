using System.Globalization;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Evaluation;
using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Frechet distance of a model's samples at another size to the data at that size, for ways to get there: positions, and the time shift on and off. The
/// same noise and classes in all, so that differences are smaller than the distances' own spread.
/// </summary>
internal static class OtherSizes
{
    /// <param name="model">Model folder.</param>
    /// <param name="source">The data that it was trained on.</param>
    /// <param name="features">A feature network.</param>
    /// <param name="side">Width and height of the images.</param>
    /// <param name="count">Samples each.</param>
    /// <param name="arms">POSITIONS or POSITIONS/off, the latter without the time shift.</param>
    public static void Run(string model, string source, string features, int side, int count, string[] arms)
    {
        using var network = TorchScriptFeatures.Load(features);
        using var images = (IImageSource)ImageSources.Open(source, null);
        using var loaded = MsfModel.Load(model);
        var evaluator = new SampleEvaluator(network, batchSize: 16);
        using var data = evaluator.OfSource(images, side);
        using var moments = data.Statistics.Moments();
        using var reference = new FrechetReference(moments);
        foreach (var arm in arms)
        {
            using var scope = NewDisposeScope();
            var parts = arm.Split('/');
            loaded.PositionScaling = [.. parts[0].Split(',').Select(name => Enum.Parse<PositionScaling>(name, ignoreCase: true))];
            var request = loaded.Request([.. Enumerable.Range(0, count).Select(i => i % loaded.Manifest.Model.Classes)], seed: 1) with
            {
                Size = loaded.Sizes.Target(side, side),
                ShiftBySize = parts.Length == 1,
            };
            using var sampled = evaluator.OfModel(loaded, request, keep: count);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{side} px, {arm}: {reference.DistanceTo(sampled.Features()).Distance:F2} ({count} samples against {images.Count} images)"));
        }
    }
}
