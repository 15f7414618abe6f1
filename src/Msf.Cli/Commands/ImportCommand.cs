using System.CommandLine;
using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Cli.Commands;

/// <summary><c>msf import</c>: makes a folder of ours out of weights that others trained.</summary>
internal sealed class ImportCommand : MsfCommand
{
    private const string Dit = "dit";
    private const string Kl = "autoencoder-kl";
    private const string Taesd = "taesd";

    private static readonly string[] _kinds = [Dit, "sit", Kl, Taesd];

    private readonly Argument<string> _source = new("source") { Description = "Weights: a .pt, .pth or .safetensors file, a folder with them, or a model of the Hugging Face hub, org/name or org/name@revision.", HelpName = "FILE|DIR|org/name" };

    private readonly Option<string> _kind = new("--kind") { Description = "What they are of: dit, sit, autoencoder-kl or taesd.", Required = true, HelpName = "KIND" };
    private readonly Option<string?> _file = new("--file") { Description = "Of a model of the hub, the file to take where it is not clear which.", HelpName = "PATH" };
    private readonly Option<string?> _decoder = new("--decoder") { Description = "Of taesd, the file of the decoder where the source (on the hub, --file) is that of the encoder.", HelpName = "FILE" };
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
        "msf import taesd_encoder.safetensors --decoder taesd_decoder.safetensors --kind taesd --out models/taesd",
        "msf import madebyollin/taesd --kind taesd --out models/taesd")
    {
        Arguments.Add(_source);
        foreach (var option in new Option[] { _kind, _file, _decoder, _config, _name, _out, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var (source, kind, folder) = (arguments.GetRequiredValue(_source), arguments.GetRequiredValue(_kind), arguments.GetRequiredValue(_out));
        var (config, decoder, file) = (arguments.GetValue(_config), arguments.GetValue(_decoder), arguments.GetValue(_file));
        if (!_kinds.Contains(kind)) throw new UsageException($"--kind is \"{kind}\"; expected {string.Join(", ", _kinds[..^1])} or {_kinds[^1]}.");
        if (decoder is not null && kind != Taesd) throw new UsageException($"--decoder goes with --kind {Taesd}; weights of {kind} are in one file.");
        var repository = HubImport.Repository(source);
        if (file is not null && repository is null) throw new UsageException("--file goes with a model of the hub, org/name; of files that are here give the one that is meant.");
        if (repository is not null && decoder is not null && file is null) throw new UsageException("of a model of the hub --decoder goes with --file; give both.");
        var name = arguments.GetValue(_name) ?? repository?.Name.Split('/')[1]
            ?? Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)));
        var origin = (string?)null;
        if (repository is not null) (source, decoder, origin) = HubImport.Fetch(repository, Content(kind), file, decoder, config is null, Terminal, cancellation);
        var result = kind switch
        {
            Kl => AutoencoderImport.ImportKl(source, config, name, folder, origin),
            Taesd => AutoencoderImport.ImportTiny(source, decoder, config, name, folder, origin),
            _ => TransformerImport.Import(source, kind == Dit ? TransformerKind.Dit : TransformerKind.Sit, config, name, folder, origin),
        };
        if (origin is not null) result = result with { Source = origin };
        if (arguments.GetValue(_json)) Terminal.WriteJson(new ImportReport(kind, result), ImportJson.Default.ImportReport);
        else Terminal.Out.WriteLine(ImportReport.Line(result));
        return ExitCode.Done;
    }

    private static HubContent Content(string kind) => kind switch
    {
        Kl => HubContent.KlAutoencoder,
        Taesd => HubContent.TinyAutoencoder,
        _ => HubContent.Transformer,
    };
}
