using Msf.Checkpoints;
using Msf.Data;
using Msf.Evaluation;
using Msf.Models;
using Msf.Runtime;
using Msf.Tests.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

/// <summary>A model of random weights, a classifier of random weights, and noise as data: an evaluation of a moment.</summary>
internal sealed class SmallEvaluation : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallEvaluation()
    {
        using var scope = NewDisposeScope();
        ModelFolder.Save(Place("model"), SmallModels.Manifest, SmallModels.Weights(), ScalarType.Float16);
        var random = new SplitMix64(7);
        foreach (var name in SmallModels.Manifest.ClassNames)
        {
            Directory.CreateDirectory(Place($"data/{name}"));
            for (var i = 0; i < 12; i++)
            {
                var pixels = new byte[3 * 8 * 8];
                for (var p = 0; p < pixels.Length; p++) pixels[p] = (byte)random.Next();
                PngFile.Write(Place($"data/{name}/{i:D2}.png"), new RgbImage(pixels, 8, 8));
            }
        }
        SeededNoise.SeedGlobalGenerator(3);
        using var network = new ImageClassifier(new ClassifierConfig { Classes = 3, Widths = [8, 8], Blocks = 1 });
        var accuracy = new ClassifierAccuracy("nothing", [.. SmallModels.Manifest.ClassNames.Select(name => new ClassifierAccuracy.OfClass(name, 4, 1))]);
        ClassifierFolder.Save(
            Place("classifier"),
            new ClassifierManifest
            {
                FormatVersion = ClassifierManifest.CurrentFormat,
                Name = "small",
                Size = 8,
                Classifier = network.Config,
                ClassNames = SmallModels.Manifest.ClassNames,
                HeldOut = accuracy,
                HeldOutAccuracy = accuracy.Accuracy,
            },
            network.state_dict(), ScalarType.Float32);
    }

    public string Place(string name) => _folder[name];

    public EvaluationRunOptions Options(string report) => new()
    {
        Model = Place("model"),
        Data = Place("data"),
        Features = Place("classifier"),
        Count = 45,
        BatchSize = 6,
        Precision = ComputePrecision.Float32,
        Out = Place(report),
        SaveEvery = TimeSpan.Zero,
        Command = "msf evaluate",
        Metrics = new EvaluationOptions { Resamples = 4, KernelSubsets = 4, InceptionSplits = 3, ExtrapolationPoints = 3 },
    };

    public static (EvaluationReport Report, IReadOnlyList<string> Files) Run(EvaluationRunOptions options, IProgress<GatherProgress>? progress = null, CancellationToken? cancellation = null) =>
        new EvaluationRun(options, new ManualClock()) { Gathering = progress }.Run(cancellation ?? TestContext.Current.CancellationToken);

    public void Dispose() => _folder.Dispose();

    /// <summary>Does something when told.</summary>
    public sealed class Callback(Action<GatherProgress> act) : IProgress<GatherProgress>
    {
        public void Report(GatherProgress value) => act(value);
    }
}
