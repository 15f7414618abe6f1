using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Msf.Load;

/// <summary><c>msf serve</c> as a process of its own, in a temporary folder.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-load-");
    private readonly string[] _options;
    private readonly int _port = FreePort();
    private Process _process;

    private ServerProcess(string[] options)
    {
        _options = options;
        _process = Launch();
        Address = new Uri($"http://127.0.0.1:{_port}");
    }

    internal Uri Address { get; }

    internal string Gallery => Path.Combine(_folder.FullName, "gallery");

    /// <summary>Everything that the server may write to.</summary>
    internal string Folder => _folder.FullName;

    internal bool IsAlive => !_process.HasExited;

    /// <summary>Resident bytes.</summary>
    internal long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    internal static async Task<ServerProcess> StartAsync(params string[] options)
    {
        var server = new ServerProcess(options);
        await server.ReadyAsync();
        return server;
    }

    /// <summary>Ends it as a power cut would, starts it again and waits until it is ready.</summary>
    /// <returns>Seconds from the start to ready.</returns>
    internal async Task<double> KillAndRestartAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        var clock = Stopwatch.StartNew();
        _process = Launch();
        await ReadyAsync();
        return clock.Elapsed.TotalSeconds;
    }

    internal HttpClient Client() => new(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(15) };

    public async ValueTask DisposeAsync()
    {
        if (IsAlive)
        {
            _ = Kill(_process.Id, Terminate);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task ReadyAsync()
    {
        using var client = Client();
        while (true)
        {
            if (!IsAlive) throw new InvalidOperationException($"msf serve ended with code {_process.ExitCode}.");
            try
            {
                if ((await client.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(10);
        }
    }

    private Process Launch()
    {
        string[] arguments = ["serve", "--urls", $"http://127.0.0.1:{_port}", "--gallery", Gallery, .. _options];
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Msf.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        return process;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
