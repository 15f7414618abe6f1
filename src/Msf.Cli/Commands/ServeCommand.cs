using System.CommandLine;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Msf.Server;

namespace Msf.Cli.Commands;

/// <summary><c>msf serve</c>: a web page and an HTTP interface for models.</summary>
internal sealed class ServeCommand : MsfCommand
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "Model folder, or name of a bundled model, that requests without a name get.",
        DefaultValueFactory = _ => BundledModels.Default,
        HelpName = "DIR|NAME",
    };

    private readonly Option<string?> _models = new("--models") { Description = "Folder whose sub-folders are models on offer too, loaded when they are asked for (default: with a bundled model, all bundled ones).", HelpName = "FOLDER" };
    private readonly Option<string[]> _urls = new("--urls")
    {
        Description = "Addresses to listen at; others than loopback need a key.",
        DefaultValueFactory = _ => ["http://127.0.0.1:5080"],
        AllowMultipleArgumentsPerToken = true,
        HelpName = "URL",
    };

    private readonly Option<string?> _gallery = new("--gallery") { Description = "Folder of the images that were made (default: msf/gallery in the user's data folder).", HelpName = "DIR" };
    private readonly Option<string?> _runs = new("--runs") { Description = "Folder whose sub-folders are training runs to follow at /train.", HelpName = "DIR" };
    private readonly Option<string> _log = new("--log") { Description = "Logs on standard error: text, or json with an object a line.", DefaultValueFactory = _ => "text", HelpName = "text|json" };
    private readonly ServeKeyOptions _keys = new();
    private readonly ServeLimitOptions _limits = new();
    private readonly Option<string> _precision = PrecisionOption.Create();
    private readonly Option<string> _device = DeviceOption.Create();

    /// <param name="terminal">Where it writes.</param>
    internal ServeCommand(Terminal terminal) : base(
        terminal, "serve", "Serve a web page and an HTTP interface that make images.",
        "msf serve",
        "msf serve --model runs/tiny/model --runs runs --gallery images",
        "msf serve --models models --memory 4 --queue 64 --batch-size 8",
        "msf serve --urls http://0.0.0.0:8080 --api-key-file keys.txt")
    {
        foreach (var option in (Option[])[_model, _models, _urls, _gallery, _runs, .. _keys.All, .. _limits.All, _precision, _device, _log])
            Options.Add(option);
        _log.AcceptOnlyFromAmong("text", "json");
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        _ = DeviceOption.Resolve(arguments.GetRequiredValue(_device));
        var model = BundledModels.Find(arguments.GetRequiredValue(_model));
        var options = new ServerOptions
        {
            Model = model,
            Models = arguments.GetValue(_models) ?? BundledModels.Beside(model),
            Gallery = arguments.GetValue(_gallery) ?? new MsfOptions().Gallery,
            Runs = arguments.GetValue(_runs),
            Urls = [.. arguments.GetRequiredValue(_urls).SelectMany(urls => urls.Split(';', ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
            ApiKeys = _keys.Read(arguments),
            Precision = PrecisionOption.Resolve(arguments.GetRequiredValue(_precision)),
            Device = arguments.GetRequiredValue(_device),
            JsonLogs = arguments.GetRequiredValue(_log) == "json",
            Limits = _limits.Read(arguments),
        };
        if (options.Validate() is { Count: > 0 } errors) throw new UsageException($"{string.Join("; ", errors)}.");
        return ServeAsync(options, cancellation).GetAwaiter().GetResult();
    }

    private async Task<int> ServeAsync(ServerOptions options, CancellationToken cancellation)
    {
        await using var server = MsfServer.Build(options);
        try
        {
            await server.StartAsync(cancellation);
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException or IOException { InnerException: not null })
        {
            throw new IOException($"{error.Message.TrimEnd('.')}; free the address, or choose another with --urls.", error);
        }
        foreach (var url in server.Urls) Terminal.Error.WriteLine($"{url}  (Ctrl+C stops; images in {options.Gallery})");
        using var stop = cancellation.Register(server.Lifetime.StopApplication);
        await server.WaitForShutdownAsync(CancellationToken.None);
        if (MsfServer.FaultOf(server) is { } fault) throw new InvalidDataException(fault);
        return ExitCode.Done;
    }
}
