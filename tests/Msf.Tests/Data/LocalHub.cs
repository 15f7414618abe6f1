using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Msf.Tests.Data;

/// <summary>
/// A hub in the test's own process: it lists models, tells digests, sends large files to a store on another port, wants a token where it is told to, and
/// misbehaves on request. One request a connection.
/// </summary>
internal sealed class LocalHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    public const string Model = "someone/some-model";

    private readonly TcpListener _hub = new(IPAddress.Loopback, 0);
    private readonly TcpListener _store = new(IPAddress.Loopback, 0);
    private readonly Thread[] _threads;

    public LocalHub()
    {
        _hub.Start();
        _store.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_hub.LocalEndpoint).Port}");
        _threads = [new Thread(() => Serve(_hub, AnswerAsHub)) { IsBackground = true }, new Thread(() => Serve(_store, AnswerAsStore)) { IsBackground = true }];
        foreach (var thread in _threads) thread.Start();
    }

    public Uri Endpoint { get; }

    /// <summary>Files of the model; those longer than 1000 bytes lie in the store.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>The token that every request to the hub must have; null where none is needed.</summary>
    public string? Token { get; set; }

    /// <summary>Whether files, but not the list, are refused as of a gated model, with this status.</summary>
    public int? Gated { get; set; }

    /// <summary>Bytes of the body after which the next answers of the store are cut.</summary>
    public ConcurrentQueue<int> Cuts { get; } = new();

    /// <summary>Status of the next answers of the hub, before it answers again.</summary>
    public ConcurrentQueue<int> Failures { get; } = new();

    /// <summary>What the store does to what it sends.</summary>
    public Func<byte[], byte[]> Alter { get; set; } = content => content;

    /// <summary>Size of every file that the hub announces; null for the true one.</summary>
    public long? Announced { get; set; }

    /// <summary>Whether the hub tells digests.</summary>
    public bool TellsDigests { get; set; } = true;

    /// <summary>What the list is; null for that of a hub.</summary>
    public string? List { get; set; }

    /// <summary>Method and path, as the hub saw them.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Path, range and authorization, as the store saw them.</summary>
    public ConcurrentQueue<(string File, string Range, string Authorization)> Stored { get; } = new();

    public void Dispose()
    {
        _hub.Dispose();
        _store.Dispose();
        foreach (var thread in _threads) thread.Join();
    }

    private void AnswerAsHub(Stream stream, string method, string path, Dictionary<string, string> headers)
    {
        Asked.Enqueue($"{method} {path}");
        if (Failures.TryDequeue(out var failure)) Write(stream, failure);
        else if (Token is not null && headers.GetValueOrDefault("authorization") != $"Bearer {Token}") Write(stream, 401, "X-Error-Code: RepoNotFound");
        else if (path.StartsWith("/old/name/", StringComparison.Ordinal)) Write(stream, 307, $"Location: /{Model}/{path["/old/name/".Length..]}");
        else if (path == "/api/models/old/name/revision/main") Write(stream, 307, $"Location: /api/models/{Model}/revision/main");
        else if (path.StartsWith($"/api/models/{Model}/revision/", StringComparison.Ordinal)) AnswerList(stream, path[(path.LastIndexOf('/') + 1)..]);
        else if (path.StartsWith($"/{Model}/resolve/{Commit}/", StringComparison.Ordinal)) AnswerFile(stream, method, Uri.UnescapeDataString(path[$"/{Model}/resolve/{Commit}/".Length..]));
        else if (path.StartsWith("/api/resolve-cache/", StringComparison.Ordinal)) Write(stream, 200, method == "HEAD", Files[path["/api/resolve-cache/".Length..]], Etag(path["/api/resolve-cache/".Length..]));
        else Write(stream, 404, "X-Error-Code: RepoNotFound");
    }

    private void AnswerList(Stream stream, string revision)
    {
        var list = List ?? $$"""{"id": "{{Model}}", "sha": "{{Commit}}", "siblings": [{{string.Join(", ", Files.Keys.Select(file => $$"""{"rfilename": "{{file}}"}"""))}}]}""";
        if (revision is "main" or "v1.0" or Commit or "refs%2Fpr%2F1") Write(stream, 200, false, Encoding.UTF8.GetBytes(list));
        else Write(stream, 404, "X-Error-Code: RevisionNotFound");
    }

    private void AnswerFile(Stream stream, string method, string file)
    {
        if (Gated is { } status) Write(stream, status, "X-Error-Code: GatedRepo");
        else if (!Files.TryGetValue(file, out var content)) Write(stream, 404, "X-Error-Code: EntryNotFound");
        else if (content.Length <= 1000) Write(stream, 307, $"Location: /api/resolve-cache/{file}");
        else
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(content));
            var told = TellsDigests ? $"X-Linked-Etag: \"{digest}\"\r\nX-Linked-Size: {Announced ?? content.Length}\r\n" : "";
            Write(stream, 302, $"{told}X-Repo-Commit: {Commit}\r\nLocation: http://127.0.0.1:{((IPEndPoint)_store.LocalEndpoint).Port}/{Uri.EscapeDataString(file)}?signed=1");
        }
        _ = method;
    }

    private string Etag(string file)
    {
        var content = Files[file];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]);
        return TellsDigests ? $"ETag: \"{Convert.ToHexStringLower(hash.GetHashAndReset())}\"" : "X-Nothing: 1";
    }

    private void AnswerAsStore(Stream stream, string method, string path, Dictionary<string, string> headers)
    {
        var file = Uri.UnescapeDataString(path[1..path.IndexOf('?')]);
        var range = headers.GetValueOrDefault("range", "");
        Stored.Enqueue((file, range, headers.GetValueOrDefault("authorization", "")));
        var content = Alter(Files[file]);
        var first = range.Length == 0 ? 0 : int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        var status = first == 0 ? 200 : 206;
        Head(stream, status, Announced ?? content.Length - first, first == 0 ? "ETag: \"store\"" : $"ETag: \"store\"\r\nContent-Range: bytes {first}-{content.Length - 1}/{content.Length}");
        stream.Write(content, first, Cuts.TryDequeue(out var cut) ? Math.Min(cut, content.Length - first) : content.Length - first);
        _ = method;
    }

    private static void Write(Stream stream, int status, string? header = null) => Head(stream, status, 0, header);

    private static void Write(Stream stream, int status, bool headOnly, byte[] body, string? header = null)
    {
        Head(stream, status, body.Length, header);
        if (!headOnly) stream.Write(body);
    }

    private static void Head(Stream stream, int status, long length, string? header) => stream.Write(Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status} {(HttpStatusCode)status}\r\nContent-Length: {length}\r\nConnection: close\r\n{(header is null ? "" : $"{header}\r\n")}\r\n"));

    private static void Serve(TcpListener listener, Action<Stream, string, string, Dictionary<string, string>> answer)
    {
        while (true)
        {
            try
            {
                using var socket = listener.AcceptSocket();
                (socket.SendTimeout, socket.ReceiveTimeout) = (5000, 5000);
                using var stream = new NetworkStream(socket);
                var text = new StringBuilder();
                while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                    text.Append(stream.ReadByte() is >= 0 and var value ? (char)value : throw new IOException("no whole request"));
                var lines = text.ToString().Split("\r\n");
                var request = lines[0].Split(' ');
                answer(stream, request[0], request[1], lines.Skip(1).Select(line => line.Split(": ", 2)).Where(pair => pair.Length == 2)
                    .ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1]));
            }
            catch (IOException)
            {
                // The client went away.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;                                                                       // disposed
            }
        }
    }
}
