using System.Globalization;
using System.Text.Json.Nodes;
using Msf.Evaluation;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class ComparisonReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static ComparisonConfig Config
    {
        get
        {
            var tiny = DefaultComparison.Of("tiny", []);
            return tiny with { Arms = [tiny.Arms[0]], Seeds = [0, 1], JudgeAt = [], Measures = tiny.Measures with { Samples = 200, Budget = [8, 4], Budgets = [[2, 1]], Guidance = [1, 2] } };
        }
    }

    private ComparisonFolder Folder => new(_folder["c"]);

    private ComparisonReport Report(ComparisonConfig config) => ComparisonReport.Of(config, Folder, CPU, "msf compare");

    private string Network(string folder, double factor)
    {
        Directory.CreateDirectory(_folder[folder]);
        var path = Path.Combine(_folder[folder], "net.pt");
        ScriptFiles.Write(path, "x: Tensor) -> Tensor", string.Create(CultureInfo.InvariantCulture, $"return torch.mul(torch.mean(x, [2, 3], False, dtype=6), {factor:F1})"));
        File.WriteAllText(Path.ChangeExtension(path, ".json"), """{ "input": { "type": "bytes", "size": 8, "resize": "bilinear" }, "features": {} }""");
        return path;
    }

    // All that a comparison asks for, the distance as given; after what the journals hold already.
    private void Measure(ComparisonConfig config, Func<int[], double, double> distance)
    {
        foreach (var arm in ComparisonPlan.Of(config))
        {
            Directory.CreateDirectory(Folder.Arm(arm));
            using var journal = new ArmJournal(config.Measures, Folder, FeatureNetworks.DigestOf(config.Measures.Features)).Open(arm);
            foreach (var scale in config.Measures.Guidance)
                foreach (var budget in config.Measures.Budgets.Prepend(config.Measures.Budget))
                    journal.Add(new ComparisonPoint
                    {
                        Share = 1,
                        TrainingMultiplyAdds = 1,
                        Steps = budget,
                        Guidance = scale,
                        SamplingMultiplyAdds = budget.Sum(),
                        SecondsPerImage = 1,
                        Count = config.Measures.Samples,
                        Distance = distance(budget, scale),
                        StandardError = 1,
                    });
        }
    }

    [Fact]
    public void Only_what_was_measured_as_it_is_asked_for_is_reported()
    {
        Measure(Config with { Measures = Config.Measures with { Samples = 64 } }, (_, _) => 9);
        Assert.Equal(2, Report(Config).Missing.Length);

        Measure(Config, (steps, scale) => steps[0] == 8 ? 4 + scale : 7);
        var arm = Assert.Single(Report(Config).Arms);
        Assert.Equal([5, 5], arm.Distances);
        Assert.Equal(5, arm.End.Distance.Mean);
        Assert.Equal([7, 5], arm.Sampling.Select(point => point.Distance.Mean));
        Assert.Equal([5, 6], arm.Scales.Select(scale => scale.Point.Distance.Mean));
    }

    [Fact]
    public void Budgets_and_scales_that_are_no_longer_asked_for_are_left_out()
    {
        Measure(Config with { Seeds = [0] }, (_, scale) => 4 - scale);
        var fewer = Config with { Measures = Config.Measures with { Budgets = [], Guidance = [1] } };
        Measure(fewer with { Seeds = [1] }, (_, _) => 3);
        var arm = Assert.Single(Report(fewer).Arms);
        Assert.Equal([1, 1], arm.Guidance);
        Assert.Equal([3, 3], arm.Distances);
        Assert.Equal([[8, 4]], arm.Sampling.Select(point => point.Steps));
    }

    [Fact]
    public void Measurements_by_another_network_or_with_other_guided_stages_are_refused()
    {
        var (own, other) = (Network("own", 1), Network("other", 2));
        ComparisonConfig By(string network) => Config with { Measures = Config.Measures with { Features = network } };
        Measure(By(own), (_, _) => 3);
        Assert.Empty(Report(By(own)).Missing);
        void Refused(ComparisonConfig config)
        {
            Assert.Contains("other settings", Assert.Throws<InvalidDataException>(() => Report(config)).Message, StringComparison.Ordinal);
            Assert.Contains("other settings", Assert.Throws<InvalidDataException>(() => new ComparisonRun(config, _folder["c"], CPU).Run(cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        }
        Refused(By(other));
        Refused(By(own) with { Arms = [Config.Arms[0] with { GuidedStages = [1] }] });
    }

    [Fact]
    public void Measurements_that_do_not_tell_their_network_are_refused()
    {
        Measure(Config, (_, _) => 3);
        var path = Folder.Journal(ComparisonPlan.Of(Config)[0]);
        var lines = File.ReadAllLines(path);
        var identity = JsonNode.Parse(lines[0])!.AsObject();
        identity.Remove("guidedStages");
        identity["features"] = "net.pt";
        File.WriteAllLines(path, [identity.ToJsonString(), .. lines[1..]]);
        Assert.Contains("other settings", Assert.Throws<InvalidDataException>(() => Report(Config)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
