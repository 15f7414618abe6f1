using System.CommandLine;
using Msf.Checkpoints;

namespace Msf.Cli.Commands;

/// <summary><c>msf import</c>: makes a folder of ours out of weights that others trained.</summary>
internal sealed class ImportCommand : MsfCommand
{
    private readonly Argument<string> _source = new("source") { Description = "Weights: a .pt, .pth or .safetensors file, or a folder with them.", HelpName = "FILE|DIR" };

    private readonly Option<string> _kind = new("--kind") { Description = "What they are of: dit or sit.", Required = true, HelpName = "KIND" };
    private readonly Option<string?> _config = new("--config") { Description = "What shapes do not tell, in JSON with the official names, for example {\"num_heads\": 16}.", HelpName = "FILE" };
    private readonly Option<string?> _name = new("--name") { Description = "Name of the model (default that of the file).", HelpName = "NAME" };
    private readonly Option<string> _out = new("--out") { Description = "Folder to write; replaced when it exists.", Required = true, HelpName = "DIR" };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal ImportCommand(Terminal terminal) : base(
        terminal, "import", "Make a model folder out of weights from elsewhere; nothing in their files is ever run.",
        "msf import DiT-XL-2-256x256.pt --kind dit --out models/dit-xl",
        "msf import sit.safetensors --kind sit --config sit.json --out models/sit")
    {
        Arguments.Add(_source);
        foreach (var option in new Option[] { _kind, _config, _name, _out, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var (source, kind, folder) = (arguments.GetRequiredValue(_source), arguments.GetRequiredValue(_kind), arguments.GetRequiredValue(_out));
        var name = arguments.GetValue(_name) ?? Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)));
        var config = arguments.GetValue(_config);
        var result = kind switch
        {
            "dit" => TransformerImport.Import(source, TransformerKind.Dit, config, name, folder),
            "sit" => TransformerImport.Import(source, TransformerKind.Sit, config, name, folder),
            _ => throw new UsageException($"--kind is \"{kind}\"; expected dit or sit."),
        };
        if (arguments.GetValue(_json))
            Terminal.WriteJson(
                new ImportReport(result.Source, kind, result.Layout, result.Name, result.Tensors, result.Parameters, result.Folder), ImportJson.Default.ImportReport);
        else
            Terminal.Out.WriteLine(
                $"{result.Tensors} tensors, {result.Parameters:N0} parameters{(result.Layout.Length > 0 ? $" ({result.Layout})" : "")} of {result.Source}: {result.Folder}");
        return ExitCode.Done;
    }
}
