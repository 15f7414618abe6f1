using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Msf.Tests.Data;

/// <summary>A web server of one file in the test's own process, on the loopback address, that misbehaves as it is told. One request a connection.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Thread _thread;

    public LocalServer(byte[] file)
    {
        File = file;
        _listener.Start();
        Root = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>What it serves.</summary>
    public byte[] File { get; set; }

    /// <summary>Its address, with a slash at the end.</summary>
    public string Root { get; }

    /// <summary>The version's tag; null sends none.</summary>
    public string? Tag { get; set; } = "\"1\"";

    /// <summary>Whether it answers requests for a part with that part.</summary>
    public bool Ranges { get; set; } = true;

    /// <summary>Status of the next answers, before it serves again.</summary>
    public ConcurrentQueue<int> Failures { get; } = new();

    /// <summary>Bytes of the body after which the next answers are cut.</summary>
    public ConcurrentQueue<int> Cuts { get; } = new();

    /// <summary>Size that it announces; null announces the true one.</summary>
    public long? Announced { get; set; }

    /// <summary>The ranges that were asked for, "" where none.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public void Dispose()
    {
        _listener.Dispose();
        _thread.Join();
    }

    private void Serve()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = _listener.AcceptSocket();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;                                                                       // disposed
            }
            using (socket)
            {
                (socket.SendTimeout, socket.ReceiveTimeout) = (5000, 5000);
                try
                {
                    Answer(socket);
                }
                catch (Exception e) when (e is SocketException or IOException)
                {
                    // The client went away.
                }
            }
        }
    }

    private void Answer(Socket socket)
    {
        using var stream = new NetworkStream(socket);
        var headers = ReadHeaders(stream);
        var range = headers.GetValueOrDefault("range", "");
        Requests.Enqueue(range);
        if (Failures.TryDequeue(out var status))
        {
            Write(stream, status, 0);
            return;
        }
        var first = 0;
        var partial = Ranges && range.Length > 0 && headers.GetValueOrDefault("if-range", Tag ?? "") == (Tag ?? "");
        if (partial) first = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        if (first >= File.Length)
        {
            Write(stream, 416, 0, $"Content-Range: bytes */{File.Length}");
            return;
        }
        Write(stream, partial ? 206 : 200, Announced ?? File.Length - first, partial ? $"Content-Range: bytes {first}-{File.Length - 1}/{File.Length}" : null);
        stream.Write(File, first, Cuts.TryDequeue(out var cut) ? Math.Min(cut, File.Length - first) : File.Length - first);
    }

    private void Write(NetworkStream stream, int status, long length, string? more = null)
    {
        string?[] lines = [$"HTTP/1.1 {status} {(HttpStatusCode)status}", $"Content-Length: {length}", "Connection: close", Tag is null ? null : $"ETag: {Tag}", more];
        stream.Write(Encoding.ASCII.GetBytes(string.Concat(lines.OfType<string>().Select(line => $"{line}\r\n")) + "\r\n"));
    }

    private static Dictionary<string, string> ReadHeaders(NetworkStream stream)
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            text.Append(stream.ReadByte() is >= 0 and var value ? (char)value : throw new IOException("no whole request"));
        return text.ToString().Split("\r\n").Skip(1).Select(line => line.Split(": ", 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1]);
    }
}
