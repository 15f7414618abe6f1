using System.CommandLine;
using System.Diagnostics;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Sampling;

namespace Msf.Cli.Commands;

/// <summary><c>msf sample</c>: generates images with a trained model.</summary>
internal sealed class SampleCommand : MsfCommand
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "Model folder, or name of a bundled model.",
        DefaultValueFactory = _ => BundledModels.Default,
        HelpName = "DIR|NAME",
    };

    private readonly Option<string> _class = new("--class")
    {
        Description = "Classes by name or number, separated by commas, taken in turn; or all.",
        DefaultValueFactory = _ => "all",
        HelpName = "3,5|all|NAME",
    };

    private readonly Option<int> _count = new("--count") { Description = "Number of images.", DefaultValueFactory = _ => 16, HelpName = "N" };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed: the same seed gives the same images.", DefaultValueFactory = _ => 0, HelpName = "S" };
    private readonly SolverArguments _solver = new();
    private readonly GuidanceOptions _guidance = new();
    private readonly SizeOption _size = new();
    private readonly StartOptions _start = new();
    private readonly Option<string> _precision = PrecisionOption.Create();
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<string?> _autoencoder = new("--autoencoder") { Description = "Autoencoder folder for a model of latents that has none of its own.", HelpName = "DIR" };
    private readonly Option<int> _batch = new("--batch-size") { Description = "Images generated together.", DefaultValueFactory = _ => 16, HelpName = "B" };
    private readonly Option<string> _out = new("--out")
    {
        Description = "A .png file (one sheet), a .npz file (ADM layout), or a folder (one file per image).",
        Required = true,
        HelpName = "grid.png|DIR|file.npz",
    };

    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal SampleCommand(Terminal terminal) : base(
        terminal, "sample", "Generate images with a trained model.",
        "msf sample --out grid.png",
        "msf sample --class clock,flag --count 8 --seed 7 --guidance 2,1 --out clocks-and-flags.png",
        "msf sample --guidance 2,1 --guidance-interval 0.1,0.8 --guidance-rescale 0.7 --out rescaled.png",
        "msf sample --size 48x24 --out wide.png",
        "msf sample --class clock --from drawing.png --strength 0.4 --out reworked.png",
        "msf sample --variations-of 3 --count 8 --out variations.png",
        "msf sample --model runs/tiny/model --guide runs/tiny/model-early --guidance 1.8,1 --out autoguided.png",
        "msf sample --model runs/tiny/model --steps 40,10 --solver heun --count 1000 --out samples.npz",
        "msf sample --solver dpmpp2m,euler --grid edm,uniform --steps 15,6 --out few-steps.png",
        "msf sample --solver dopri5 --tolerance 0.01 --out adaptive.png")
    {
        foreach (var option in (Option[])[_model, _class, _count, _seed, .. _solver.All, .. _guidance.All, .. _size.All, .. _start.All, _precision, _device, _autoencoder, _batch, _out, _json])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var count = arguments.GetValue(_count);
        if (count is < 1 or > 1_000_000) throw new UsageException($"--count is {count}; expected 1 to 1,000,000.");
        if (arguments.GetValue(_batch) < 1) throw new UsageException($"--batch-size is {arguments.GetValue(_batch)}; expected at least 1.");
        var output = SampleOutput.Create(arguments.GetRequiredValue(_out), count);
        var device = DeviceOption.Resolve(arguments.GetRequiredValue(_device));
        var folder = BundledModels.Find(arguments.GetRequiredValue(_model));

        using var model = MsfModel.Load(
            folder, device, PrecisionOption.Resolve(arguments.GetRequiredValue(_precision)), arguments.GetValue(_autoencoder),
            _guidance.Guide(arguments));
        if (model.Autoencoder is null && model.Manifest.Model.Channels != 3)
            throw new UsageException($"{model.Manifest.Model.Name} makes latents of {model.Manifest.Model.Channels} channels and brings no autoencoder; give --autoencoder DIR (msf import --kind autoencoder-kl or taesd).");
        var manifest = model.Manifest;
        var classes = Classes(manifest, arguments.GetRequiredValue(_class));
        var sampling = Settings(manifest, arguments);
        var request = new SamplingRequest
        {
            Labels = [.. Enumerable.Range(0, count).Select(i => classes[i % classes.Length])],
            ImageIndices = [.. Enumerable.Range(0, count).Select(i => (long)i)],
            Seed = arguments.GetValue(_seed),
            Sampling = sampling,
        };
        request = _start.Apply(_size.Apply(arguments, model, request), classes, arguments);
        using var picture = _start.Picture(model, request.Size, arguments);
        request = request with { Source = picture?.Source };
        var parameters = SampleParameters.Describe(model, request);
        foreach (var (name, text) in _start.Describe(request, arguments)) parameters[name] = text;
        var clock = Stopwatch.StartNew();
        using (var progress = new SamplingProgressLine(Terminal.Error, count))
        {
            model.SampleInBatches(request, SizeOption.BatchSize(arguments, _batch, model, request), (first, images) =>
            {
                output.Add(first, ImageTensors.ToImages(picture?.Keep(images) ?? images), request, manifest, parameters);
                progress.Done = first + (int)images.shape[0];
            }, progress, cancellation);
        }
        var seconds = clock.Elapsed.TotalSeconds;
        var files = output.Finish(request, parameters, columns: Columns(count, classes.Length));
        if (arguments.GetValue(_json))
            Terminal.WriteJson(new SampleReport(
                manifest.Model.Name, request.Seed, [.. sampling.Stages.Select(stage => stage.Steps)], [.. sampling.Stages.Select(stage => stage.Guidance.Scale)],
                count, Math.Round(seconds, 3), Math.Round(count / seconds, 2), files), SampleJson.Default.SampleReport);
        else
            Terminal.Out.WriteLine($"{count} {(count == 1 ? "image" : "images")} in {seconds:F1} s ({count / seconds:F1} images/s): {(files.Length == 1 ? files[0] : $"{files.Length} files in {arguments.GetValue(_out)}")}");
        return ExitCode.Done;
    }

    private static int[] Classes(ModelManifest manifest, string text)
    {
        try
        {
            return text == "all"
                ? [.. Enumerable.Range(0, manifest.Model.Classes)]
                : [.. text.Split(',').Select(part => manifest.ClassIndex(part.Trim()))];
        }
        catch (ArgumentException error)
        {
            throw new UsageException($"--class: {error.Message}");
        }
    }

    private SamplingConfig Settings(ModelManifest manifest, ParseResult arguments)
    {
        var stages = _guidance.Apply(_solver.Apply(manifest.Sampling.Stages, arguments), arguments);
        var sampling = _start.Apply(manifest.Sampling with { Stages = stages }, arguments);
        return sampling.Validate(stages.Length) is { Count: > 0 } errors ? throw new UsageException(string.Join("; ", errors)) : sampling;
    }

    // A column per class where that makes a sheet, else a square.
    private static int Columns(int count, int classes) =>
        classes is > 1 and <= 16 && count > classes ? classes : Math.Min(16, (int)Math.Ceiling(Math.Sqrt(count)));
}
