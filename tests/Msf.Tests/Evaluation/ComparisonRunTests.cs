using System.Security.Cryptography;
using Msf.Evaluation;
using Msf.Tests.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

[Collection(SequentialTraining.Name)]
public sealed class ComparisonRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static ComparisonConfig Config
    {
        get
        {
            var tiny = DefaultComparison.Of("tiny", ["training.maxImages=128", "training.batchSize=16", "training.checkpointEveryImages=32", "training.precision=float32", "training.sampleEveryImages=0", "data.source=synthetic:shapes?size=16&count=32"]);
            return tiny with
            {
                Arms = [tiny.Arms[0], tiny.Arms[2], new ComparisonArm { Name = "factorized, guided base", TrainedAs = "factorized", GuidedStages = [0] }],
                Seeds = [0],
                JudgeAt = [0.5],
                Measures = tiny.Measures with { Samples = 16, BatchSize = 8, Budgets = [[2, 1]], Guidance = [1, 2], Precision = Msf.Runtime.ComputePrecision.Float32 },
            };
        }
    }

    private static ComparisonReport Report(ComparisonRun run, ComparisonConfig config) => ComparisonReport.Of(config, run.Folder, CPU, "msf compare");

    private static string Numbers(ComparisonReport report) => string.Join('\n', report.Arms.Select(arm => $"{arm.Name}: {string.Join(' ', arm.Distances.Select(d => $"{d:R}"))}; {string.Join(' ', arm.Sampling.Select(p => $"{p.Distance.Mean:R}"))}; {string.Join(' ', arm.Training.Select(p => $"{p.Distance.Mean:R}"))}"));

    private static string Weights(ComparisonRun run) => string.Join('\n', Directory.GetFiles(run.Folder.Root, "*.safetensors", SearchOption.AllDirectories).Where(path => path.Contains("/models/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        .Select(path => $"{Path.GetRelativePath(run.Folder.Root, path)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))}"));

    [Fact]
    public void What_was_stopped_anywhere_goes_on_and_ends_with_the_same_models_and_figures()
    {
        var whole = new ComparisonRun(Config, _folder["whole"], CPU);
        Assert.Equal((3, 3), whole.Run(cancellation: TestContext.Current.CancellationToken));
        var report = Report(whole, Config);
        Assert.Empty(report.Missing);
        Assert.Equal([1, 1, 1], report.Arms.Select(arm => arm.Seeds.Length));
        var contest = Assert.Single(report.Contests);
        Assert.StartsWith("factorized", contest.Name, StringComparison.Ordinal);
        Assert.Equal("one level, patch 4", contest.Rival);

        // Every so many reports of progress it is stopped, and begun again, until nothing is left.
        var (starts, done) = (0, 0);
        ComparisonRun part;
        do
        {
            using var stop = new CancellationTokenSource();
            part = new ComparisonRun(Config, _folder["parts"], CPU) { Progress = new After(5 + 4 * starts, stop.Cancel) };
            try
            {
                done = part.Run(cancellation: stop.Token).Done;
            }
            catch (OperationCanceledException)
            {
            }
            starts++;
        }
        while (done < 3 && starts < 60);
        Assert.InRange(starts, 3, 59);
        Assert.Equal(Weights(whole), Weights(part));
        Assert.Equal(Numbers(report), Numbers(Report(part, Config)));
    }

    [Fact]
    public void Arms_are_worked_on_alone_and_those_of_other_settings_are_refused()
    {
        var config = Config;
        Assert.Equal((1, 3), new ComparisonRun(config, _folder["c"], CPU).Run(["one level, patch 4"], TestContext.Current.CancellationToken));
        var notes = new List<string>();
        var waiting = new ComparisonRun(config, _folder["c"], CPU) { Note = notes.Add };
        Assert.Equal((1, 3), waiting.Run(["factorized, guided base"], TestContext.Current.CancellationToken));
        Assert.Contains("waits for factorized", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Equal(["factorized, seed 0", "factorized, guided base, seed 0"], Report(waiting, config).Missing);

        var other = config with { TrainingCost = 2 * config.TrainingCost };
        var error = Assert.Throws<InvalidDataException>(() => new ComparisonRun(other, _folder["c"], CPU).Run(cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("other settings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_is_one_page_that_needs_nothing_else()
    {
        var config = Config with { Arms = [Config.Arms[0], Config.Arms[1]] };
        var run = new ComparisonRun(config, _folder["c"], CPU);
        run.Run(cancellation: TestContext.Current.CancellationToken);
        var files = Report(run, config).Write(run.Folder.Root);
        Assert.Equal(["report.json", "report.html", "training.png", "sampling.png", "seconds.png"], files.Select(path => Path.GetFileName(path)));
        var page = File.ReadAllText(files[1]);
        Assert.Contains("data:image/svg+xml;base64,", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
        Assert.All(config.Arms, arm => Assert.Contains($"<th scope=\"row\">{arm.Name}</th>", page, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private sealed class After(int reports, Action act) : IProgress<ComparisonProgress>
    {
        private int _left = reports;

        public void Report(ComparisonProgress value)
        {
            if (--_left == 0) act();
        }
    }
}
