using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Msf.Browser.Tests;

/// <summary><c>msf serve</c> with the bundled model as a process of its own, on a free port, with a gallery that outlives it.</summary>
internal sealed class MsfServer : IDisposable
{
    private static readonly TimeSpan _longEnough = TimeSpan.FromSeconds(90);
    private readonly string _folder = Directory.CreateTempSubdirectory("msf-browser-").FullName;
    private readonly string[] _arguments;
    private readonly List<string> _errors = [];
    private Process? _process;

    /// <param name="arguments">More options of <c>msf serve</c>.</param>
    internal MsfServer(params string[] arguments)
    {
        _arguments = arguments;
        Port = FreePort();
        Start();
    }

    /// <summary>The port it listens on.</summary>
    internal int Port { get; }

    /// <summary>Its address, without a path.</summary>
    internal string Address => $"http://127.0.0.1:{Port}";

    /// <summary>Ends it without a word, as a power cut would.</summary>
    internal void Kill()
    {
        _process!.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    internal void Start()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Msf.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [program, "serve", "--urls", Address, "--gallery", Path.Combine(_folder, "gallery"), .. _arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        foreach (var stream in (StreamReader[])[_process.StandardError, _process.StandardOutput])
            _ = Task.Run(async () =>
            {
                while (await stream.ReadLineAsync() is { } line)
                    lock (_errors) _errors.Add(line);
            });
        using var client = new HttpClient();
        var clock = Stopwatch.StartNew();
        while (!IsReady(client))
        {
            if (_process.HasExited || clock.Elapsed > _longEnough)
                lock (_errors) Assert.Fail($"msf serve is not ready: {string.Join(" / ", _errors)}");
            Thread.Sleep(50);
        }
    }

    public void Dispose()
    {
        if (_process is not null) Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private bool IsReady(HttpClient client)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{Address}/readyz");
            using var response = client.Send(request);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
