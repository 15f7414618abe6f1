using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using Msf.Server.Tests;

[assembly: AssemblyFixture(typeof(ServedModel))]

namespace Msf.Server.Tests;

/// <summary>A server inside the test process with the bundled model, loaded once for all tests that change no option.</summary>
public sealed class ServedModel : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-served-");
    private WebApplication _app = null!;

    /// <summary>The bundled model's folder.</summary>
    internal static string Model { get; } = Path.Combine(AppContext.BaseDirectory, "models", "noto-emoji");

    /// <summary>Scratch folder, removed at the end.</summary>
    internal string Root => _folder.FullName;

    /// <summary>The gallery's folder.</summary>
    internal string Gallery => Path.Combine(Root, "gallery");

    /// <summary>The server's services.</summary>
    internal IServiceProvider Services => _app.Services;

    /// <summary>Options of a server in a folder of its own.</summary>
    internal static ServerOptions OptionsIn(string root) => new() { Model = Model, Gallery = Path.Combine(root, "gallery") };

    /// <summary>Starts a server.</summary>
    internal static async Task<WebApplication> StartAsync(ServerOptions options, bool ready = true)
    {
        var app = MsfServer.Build(options, builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Logging.ClearProviders();
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        if (ready) await ReadyAsync(app);
        return app;
    }

    /// <summary>Waits until the default model is loaded.</summary>
    internal static async Task ReadyAsync(WebApplication app)
    {
        using var client = app.GetTestClient();
        while ((await client.GetAsync("/readyz", TestContext.Current.CancellationToken)).StatusCode != HttpStatusCode.OK) await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    /// <summary>A client.</summary>
    internal HttpClient Client() => _app.GetTestClient();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _app = await StartAsync(OptionsIn(Root) with { Runs = Path.Combine(Root, "runs") });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
