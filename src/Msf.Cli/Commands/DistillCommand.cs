using System.CommandLine;
using Msf.Checkpoints;
using Msf.Sampling;
using Msf.Training;

namespace Msf.Cli.Commands;

/// <summary><c>msf distill</c>: makes a student of few steps from a trained model, by piecewise rectified flow.</summary>
internal sealed class DistillCommand : MsfCommand
{
    private readonly Option<string?> _model = new("--model") { Description = "The teacher: model folder or bundled model; with --resume the run's own when left out.", HelpName = "DIR|NAME" };
    private readonly Option<string?> _windows = new("--windows") { Description = "Windows per distilled stage, coarse to fine: steps of the student.", HelpName = "K[,K2]" };
    private readonly Option<string> _stages = new("--stages") { Description = "Stages to distil; the others stay as they are.", DefaultValueFactory = _ => "all", HelpName = "0,1|all" };
    private readonly Option<string?> _data = new("--data") { Description = "Image source or latent cache; that of the teacher's training is best.", HelpName = "SOURCE" };
    private readonly Option<string?> _out = new("--out") { Description = "Run folder (default runs/distill-K-K2).", HelpName = "RUN" };
    private readonly Option<long?> _maxImages = new("--max-images") { Description = "Length of the run in images (default 50000).", HelpName = "N" };
    private readonly Option<string?> _teacherSteps = new("--teacher-steps") { Description = "Steps of the teacher in a window, per distilled stage (default 16 over all windows).", HelpName = "n[,n2]" };
    private readonly Option<string?> _guidance = new("--guidance") { Description = "Guidance scale to fold in, per stage (default the teacher's).", HelpName = "4,1" };
    private readonly Option<string?> _interval = new("--guidance-interval") { Description = "Fold it in only between these times, 0 noise to 1 data.", HelpName = "LO,HI" };
    private readonly Option<string[]> _set = new("--set") { Description = "Set a member of the configuration; may be repeated.", HelpName = "key=value" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on exactly where the run stopped." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print the resolved configuration and its cost; train nothing." };
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal DistillCommand(Terminal terminal) : base(
        terminal, "distill", "Make a student of few steps from a trained model (piecewise rectified flow); guidance is folded in.",
        "msf distill --model noto-emoji --windows 4,2 --data ~/data/noto-emoji-64 --out runs/emoji-4-2",
        "msf distill --model runs/tiny/model --windows 2 --stages 0 --data synthetic:shapes --max-images 5000",
        "msf distill --resume --out runs/emoji-4-2",
        "msf sample --model runs/emoji-4-2/model --steps 8,4 --out grid.png")
    {
        foreach (var option in new Option[] { _model, _windows, _stages, _data, _out, _maxImages, _teacherSteps, _guidance, _interval, _set, _resume, _dryRun, _device, _json })
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var config = Resolve(arguments);
        var path = arguments.GetValue(_out) ?? Path.Combine("runs", $"distill-{string.Join('-', config.Distillation?.Windows ?? [])}");
        return new ModelSession(config).Run(
            path, new TrainingSession.Options(arguments.GetRequiredValue(_device), arguments.GetValue(_resume), arguments.GetValue(_dryRun), arguments.GetValue(_json)),
            "a student is trained on real images; give --data SOURCE, best that of the teacher.",
            result => $"distilled {config.Distillation!.TeacherName} on {result.Images:N0} images in {result.Seconds:F0} s; model in {result.Model}", "msf distill", Terminal, cancellation);
    }

    private RunConfig Resolve(ParseResult arguments)
    {
        var config = arguments.GetValue(_model) is { } model ? Plan(BundledModels.Find(model), arguments) : OwnOf(arguments);
        if (arguments.GetValue(_data) is { } data) config = config with { Data = config.Data with { Source = data } };
        if (arguments.GetValue(_maxImages) is { } images) config = config with { Training = config.Training with { MaxImages = images } };
        return RunConfigReader.Set(config, arguments.GetValue(_set) ?? []);
    }

    private RunConfig OwnOf(ParseResult arguments)
    {
        if (!arguments.GetValue(_resume) || arguments.GetValue(_out) is not { } path)
            throw new UsageException("what to distil? Give --model DIR|NAME and --windows K, or --resume --out RUN to go on with a run.");
        foreach (var option in new Option[] { _windows, _stages, _teacherSteps, _guidance, _interval })
            if (arguments.GetResult(option) is { Implicit: false }) throw new UsageException($"{option.Name} is the run's own with --resume and no --model; leave it out.");
        var own = new RunFolder(path).Config;
        if (!File.Exists(own)) throw new UsageException($"there is no {own} to go on with; give --model and --windows.");
        var config = RunConfigReader.Read(own, []);
        return config.Distillation is not null ? config : throw new UsageException($"{path} is no distillation; go on with: msf train --resume --out {path}");
    }

    private RunConfig Plan(string folder, ParseResult arguments)
    {
        var stages = ModelFolder.ReadManifest(folder).Sampling.Stages;
        if (arguments.GetValue(_windows) is not { } text) throw new UsageException("in how many windows? Give --windows K, one number for all stages, or one per stage, for example 4,2.");
        var chosen = Chosen(arguments.GetRequiredValue(_stages), stages.Length);
        var windows = Spread(text, "--windows", chosen, stages.Length, elsewhere: 0);
        var steps = arguments.GetValue(_teacherSteps) is { } small ? Spread(small, "--teacher-steps", chosen, stages.Length, elsewhere: 1) : null;
        return DistillationPlan.Create(folder, windows, steps, Guidance(stages, arguments));
    }

    private GuidanceConfig[] Guidance(StageSamplingConfig[] stages, ParseResult arguments)
    {
        GuidanceConfig[] guidance = [.. stages.Select(stage => stage.Guidance)];
        if (arguments.GetValue(_guidance) is { } scales)
            guidance = [.. guidance.Zip(ListArgument.PerStage<double>(scales, stages.Length, "--guidance"), (own, scale) => own with { Scale = scale })];
        if (arguments.GetValue(_interval) is { } interval)
        {
            if (ListArgument.Parse<double>(interval, "--guidance-interval") is not [var from, var to])
                throw new UsageException($"--guidance-interval is \"{interval}\"; expected two times, for example 0.1,0.8.");
            guidance = [.. guidance.Select(own => own with { From = from, To = to })];
        }
        return guidance.SelectMany(own => own.Validate()).FirstOrDefault() is { } error ? throw new UsageException(error) : guidance;
    }

    private static int[] Chosen(string text, int stages)
    {
        if (text == "all") return [.. Enumerable.Range(0, stages)];
        var chosen = ListArgument.Parse<int>(text, "--stages");
        return chosen.All(stage => stage >= 0 && stage < stages) && chosen.Distinct().Count() == chosen.Length
            ? [.. chosen.Order()]
            : throw new UsageException($"--stages is \"{text}\"; expected all, or some of {string.Join(", ", Enumerable.Range(0, stages))}, each once.");
    }

    private static int[] Spread(string text, string option, int[] chosen, int stages, int elsewhere)
    {
        var values = ListArgument.Parse<int>(text, option);
        if (values.Length != 1 && values.Length != chosen.Length)
            throw new UsageException($"{option} has {values.Length} values for {chosen.Length} stages to distil; give one, or one per stage, coarse to fine.");
        if (values.Any(value => value < 1)) throw new UsageException($"{option} is \"{text}\"; expected at least 1 each.");
        var spread = Enumerable.Repeat(elsewhere, stages).ToArray();
        for (var i = 0; i < chosen.Length; i++) spread[chosen[i]] = values.Length == 1 ? values[0] : values[i];
        return spread;
    }
}
