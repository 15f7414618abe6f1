using System.CommandLine;
using System.Globalization;
using Msf.Evaluation;

namespace Msf.Cli.Commands;

/// <summary><c>msf compare</c>: trains several models to the same cost, judges them alike, and says which is better at what.</summary>
internal sealed class CompareCommand : MsfCommand
{
    private readonly Option<string> _config = new("--config") { Description = "A comparison with arms of its own; or a training configuration, which is compared with its one-level twin and with a doubled patch.", HelpName = "FILE|PRESET", Required = true };
    private readonly Option<string?> _out = new("--out") { Description = "Folder of the comparison (default comparisons/NAME); what is there already is taken over.", HelpName = "DIR" };
    private readonly Option<string?> _features = new("--features") { Description = "Feature network instead of the comparison's; of a training configuration the default is pixels, mean colours.", HelpName = "FILE" };
    private readonly Option<int?> _samples = new("--samples") { Description = "Samples of a measurement instead of the comparison's.", HelpName = "N" };
    private readonly Option<string?> _seeds = new("--seeds") { Description = "Seeds instead of the comparison's, for example 0,1,2.", HelpName = "LIST" };
    private readonly Option<string[]> _set = new("--set") { Description = "Set a member of the training configuration; may be repeated.", HelpName = "key=value" };
    private readonly Option<string[]> _arm = new("--arm") { Description = "Work on this arm alone; may be repeated. The report has all that are there.", HelpName = "NAME" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print what each arm would train and how long it would take here; train nothing." };
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal CompareCommand(Terminal terminal) : base(
        terminal, "compare", "Train several models to the same cost and say which is better: quality against training and sampling cost.",
        "msf compare --config tiny --samples 64",
        "msf compare --config configs/comparisons/cifar10.json --dry-run")
    {
        foreach (var option in new Option[] { _config, _out, _features, _samples, _seeds, _set, _arm, _dryRun, _device, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override bool GoesOn(ParseResult arguments) => !arguments.GetValue(_dryRun);

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(_config);
        var config = Config(path, arguments);
        var only = arguments.GetValue(_arm) is { Length: > 0 } named ? named : null;
        if (only?.FirstOrDefault(name => config.Arms.All(arm => arm.Name != name)) is { } unknown)
            throw new UsageException($"--arm names \"{unknown}\"; expected one of {string.Join(", ", config.Arms.Select(arm => $"\"{arm.Name}\""))}.");
        var device = DeviceOption.Resolve(arguments.GetRequiredValue(_device));
        if (arguments.GetValue(_dryRun) && arguments.GetValue(_json)) throw new UsageException("--dry-run prints a plan for people; --json prints the report: leave one of them out.");
        if (arguments.GetValue(_dryRun)) return PrintPlan(config, device, cancellation);

        var folder = arguments.GetValue(_out) ?? Path.Combine("comparisons", Path.GetFileNameWithoutExtension(path));
        using var progress = new ComparisonProgressLine(Terminal.Error);
        var run = new ComparisonRun(config, folder, device) { Note = line => Terminal.Error.WriteLine($"msf: {line}"), Progress = progress, ReferenceProgress = progress };
        var (done, count) = run.Run(only, cancellation);
        progress.Dispose();
        var report = ComparisonReport.Of(config, run.Folder, device, CommandOf(arguments));
        var files = report.Write(run.Folder.Root);
        if (arguments.GetValue(_json))
        {
            Terminal.WriteJson(CompareReport.Of(report, files), CompareJson.Default.CompareReport);
            return ExitCode.Done;
        }
        Terminal.Out.WriteLine($"{done} of {count} arms and seeds are measured");
        foreach (var arm in report.Arms)
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {arm.Name}: distance {arm.End.Distance.Mean:F2}{(arm.End.Distance.StandardError is { } e ? $" ± {e:F2}" : "")} ({arm.Seeds.Length} {(arm.Seeds.Length == 1 ? "seed" : "seeds")}), {arm.End.SamplingMultiplyAdds / 1e9:F2} G an image"));
        foreach (var words in report.Verdict) Terminal.Out.WriteLine(words);
        Terminal.Out.WriteLine(string.Join(", ", files));
        return ExitCode.Done;
    }

    private ComparisonConfig Config(string path, ParseResult arguments)
    {
        var set = arguments.GetValue(_set) ?? [];
        var isComparison = ComparisonConfig.IsComparison(path);
        if (isComparison && set.Length > 0) throw new UsageException($"{path} is a comparison, which sets the members of its configuration itself; leave out --set.");
        var config = isComparison ? ComparisonConfig.Read(path) : DefaultComparison.Of(path, set);
        var measures = config.Measures with { Features = arguments.GetValue(_features) ?? config.Measures.Features, Samples = arguments.GetValue(_samples) ?? config.Measures.Samples };
        config = config with { Measures = measures, Seeds = arguments.GetValue(_seeds) is { } seeds ? ListArgument.Parse<long>(seeds, "--seeds") : config.Seeds };
        if (config.Validate() is { Count: > 0 } errors) throw new UsageException($"{string.Join("; ", errors)}.");
        if (measures.Features == PixelFeatures.KnownAs)
            Terminal.Error.WriteLine("msf: distances are of mean colours, which see no objects; --features FILE names a network that does");
        return config;
    }

    private int PrintPlan(ComparisonConfig config, TorchSharp.torch.Device device, CancellationToken cancellation)
    {
        var arms = ComparisonPlan.Of(config).Where(arm => arm.Seed == config.Seeds[0]).ToArray();
        var estimate = new ComparisonEstimate(config, device);
        var (perImage, missing) = Features(estimate, arms[0].Config.Model.Size);
        var total = 0.0;
        Terminal.Out.WriteLine($"{config.Name}: {config.Arms.Length} arms, {config.Seeds.Length} seeds, {config.TrainingCost:G4} T multiply-adds of training each");
        foreach (var arm in arms)
        {
            cancellation.ThrowIfCancellationRequested();
            var (training, sampling) = estimate.Of(arm);
            var features = perImage * estimate.Samples(arm);
            total += config.Seeds.Length * (training + sampling + features);
            var images = arm.Arm.TrainedAs is { } other ? $"weights of {other}" : $"{string.Join(" + ", arm.ImagesPerStage.Select(n => n.ToString("N0", CultureInfo.InvariantCulture)))} images";
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {arm.Arm.Name}: {images}, {arm.SamplingMultiplyAdds(arm.Sampling(config.Measures.Budget, 1)) / 1e9:F2} G an image; {training / 60:F1} min of training, {sampling / 60:F1} min of sampling{(missing is null ? $", {features / 60:F1} min of features" : "")}, a seed"));
        }
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total / 3600:F1} hours in all on this machine{(missing is null ? "" : $", features not counted: {missing}")}"));
        return ExitCode.Done;
    }

    // A plan can be made before the network is there.
    private static (double SecondsPerImage, string? Missing) Features(ComparisonEstimate estimate, int[] size)
    {
        try
        {
            return (estimate.FeatureSeconds(size), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (0, e.Message);
        }
    }
}
