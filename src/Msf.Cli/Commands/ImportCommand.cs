using System.CommandLine;
using Msf.Checkpoints;

namespace Msf.Cli.Commands;

/// <summary><c>msf import</c>: makes a folder of ours out of weights that others trained.</summary>
internal sealed class ImportCommand : MsfCommand
{
    private const string Dit = "dit";
    private const string Kl = "autoencoder-kl";
    private const string Taesd = "taesd";

    private static readonly string[] _kinds = [Dit, "sit", Kl, Taesd];

    private readonly Argument<string> _source = new("source") { Description = "Weights: a .pt, .pth or .safetensors file, or a folder with them.", HelpName = "FILE|DIR" };

    private readonly Option<string> _kind = new("--kind") { Description = "What they are of: dit, sit, autoencoder-kl or taesd.", Required = true, HelpName = "KIND" };
    private readonly Option<string?> _decoder = new("--decoder") { Description = "Of taesd, the file of the decoder where the source is that of the encoder.", HelpName = "FILE" };
    private readonly Option<string?> _config = new("--config") { Description = "What shapes do not tell, in JSON with the official names: {\"num_heads\": 16}, {\"scaling_factor\": 0.18215}, a config.json.", HelpName = "FILE" };
    private readonly Option<string?> _name = new("--name") { Description = "Name of the model (default that of the file).", HelpName = "NAME" };
    private readonly Option<string> _out = new("--out") { Description = "Folder to write; replaced when it exists.", Required = true, HelpName = "DIR" };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal ImportCommand(Terminal terminal) : base(
        terminal, "import", "Make a model folder out of weights from elsewhere; nothing in their files is ever run.",
        "msf import DiT-XL-2-256x256.pt --kind dit --out models/dit-xl",
        "msf import sit.safetensors --kind sit --config sit.json --out models/sit",
        "msf import vae-ft-mse-840000-ema-pruned.ckpt --kind autoencoder-kl --out models/sd-vae",
        "msf import taesd_encoder.safetensors --decoder taesd_decoder.safetensors --kind taesd --out models/taesd")
    {
        Arguments.Add(_source);
        foreach (var option in new Option[] { _kind, _decoder, _config, _name, _out, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var (source, kind, folder) = (arguments.GetRequiredValue(_source), arguments.GetRequiredValue(_kind), arguments.GetRequiredValue(_out));
        var (config, decoder) = (arguments.GetValue(_config), arguments.GetValue(_decoder));
        if (!_kinds.Contains(kind)) throw new UsageException($"--kind is \"{kind}\"; expected {string.Join(", ", _kinds[..^1])} or {_kinds[^1]}.");
        if (decoder is not null && kind != Taesd) throw new UsageException($"--decoder goes with --kind {Taesd}; weights of {kind} are in one file.");
        var name = arguments.GetValue(_name) ?? Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)));
        var result = kind switch
        {
            Kl => AutoencoderImport.ImportKl(source, config, name, folder),
            Taesd => AutoencoderImport.ImportTiny(source, decoder, config, name, folder),
            _ => TransformerImport.Import(source, kind == Dit ? TransformerKind.Dit : TransformerKind.Sit, config, name, folder),
        };
        if (arguments.GetValue(_json)) Terminal.WriteJson(new ImportReport(kind, result), ImportJson.Default.ImportReport);
        else Terminal.Out.WriteLine(ImportReport.Line(result));
        return ExitCode.Done;
    }
}
