using System.Net;
using System.Net.Http.Headers;

namespace Msf.Data;

/// <summary>
/// Fetches a file by HTTP: what has arrived stays when the connection or the program ends, and the next try goes on from there (RFC 9110,
/// ranges); the file appears under its name when it is whole and its checksum right.
/// </summary>
public sealed class HttpDownload
{
    private const int BufferBytes = 1 << 17;

    private readonly HttpClient _client;
    private readonly DownloadOptions _options;

    /// <param name="client">Sends the requests; the caller disposes it.</param>
    /// <param name="options">How patient to be; the defaults when null.</param>
    public HttpDownload(HttpClient client, DownloadOptions? options = null) => (_client, _options) = (client, options ?? new DownloadOptions());

    /// <summary>What stands between the download and its file; tests put a full disk there.</summary>
    internal Func<FileStream, Stream> Disk { get; init; } = file => file;

    /// <summary>Fetches a file; one that is there already, with the right checksum, is left as it is.</summary>
    /// <param name="file">What to fetch.</param>
    /// <param name="path">Where to put it; its folder must exist.</param>
    /// <param name="progress">Told after every block.</param>
    /// <param name="cancellation">Ends the download; what has arrived stays.</param>
    /// <exception cref="HttpRequestException">The server cannot be reached, or refuses; the message is one line and names the address.</exception>
    /// <exception cref="InvalidDataException">What the server has is not the file that was expected.</exception>
    /// <exception cref="IOException">The disk is full or refuses; what has arrived stays.</exception>
    public async Task FetchAsync(DataFile file, string path, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (File.Exists(path) && (file.Digest is null || await file.DigestOfAsync(path, cancellation) == file.Digest)) return;
        var part = new PartialFile(path);
        if (part.Length > (file.Bytes ?? long.MaxValue)) part.Discard();
        var resumed = part.Length > 0;
        while (true)
        {
            await ReceiveAsync(file, part, progress, cancellation);
            var digest = file.Digest is null ? null : await file.DigestOfAsync(part.Path, cancellation);
            if (digest == file.Digest) break;
            part.Discard();
            if (!resumed)
                throw new InvalidDataException(
                    $"{file.Url} has the {file.DigestName} {digest}, expected {file.Digest}: the file has changed or was altered on its way. It was not kept.");
            resumed = false;                                                                  // the old part may be at fault: once more from the beginning
        }
        part.Finish();
    }

    // Tries until the part is whole, as long as some try brings new bytes.
    private async Task ReceiveAsync(DataFile file, PartialFile part, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var start = part.Length;
        for (var failed = 0; file.Bytes is null || part.Length != file.Bytes;)
        {
            var before = part.Length;
            try
            {
                await TransferAsync(file, part, progress, cancellation);
                return;
            }
            catch (ConnectionCutException e)
            {
                failed = part.Length > before ? 1 : failed + 1;
                if (failed >= _options.Attempts || (e.Hopeless && part.Length == start))
                    throw new HttpRequestException(
                        $"{file.Url} cannot be fetched: {e.Message.TrimEnd('.')}. {part.Length} bytes are kept; run again to go on, or fetch it elsewhere.", e);
                await Task.Delay(_options.FirstDelay * Math.Pow(2, failed - 1), _options.Time, cancellation);
            }
        }
    }

    private async Task TransferAsync(DataFile file, PartialFile part, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(_options.Stall);
        using var response = await FromServer(() => _client.SendAsync(Request(file, part), HttpCompletionOption.ResponseHeadersRead, stalled.Token), stalled, cancellation);
        var first = FirstByte(file, part, response);
        var total = response.Content.Headers.ContentLength is { } rest ? first + rest : file.Bytes;
        if (file.Bytes is { } expected && total != expected)
            throw new InvalidDataException($"{file.Url} has {total} bytes, expected {expected}: the file has changed.");
        RequireSpace(part, (total ?? first) - first);
        await using var body = await response.Content.ReadAsStreamAsync(stalled.Token);
        await using var target = Disk(first > 0 ? part.Append() : part.Restart(response));
        var buffer = new byte[BufferBytes];
        for (var bytes = first; ;)
        {
            stalled.CancelAfter(_options.Stall);
            var got = await FromServer(() => body.ReadAsync(buffer, stalled.Token).AsTask(), stalled, cancellation);
            if (got == 0) break;
            await target.WriteAsync(buffer.AsMemory(0, got), cancellation);
            bytes += got;
            if (bytes > (total ?? long.MaxValue)) throw new InvalidDataException($"{file.Url} goes on after the {total} bytes that it announced.");
            progress?.Report(new DownloadProgress(file.Name, bytes, total));
        }
    }

    // A part goes on only where it is known to be of the same version: by the server's tag, or by a checksum in the end.
    private static HttpRequestMessage Request(DataFile file, PartialFile part)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
        var (have, version) = (part.Length, part.Version);
        if (have == 0 || (version is null && file.Digest is null)) return request;
        request.Headers.Range = new RangeHeaderValue(have, null);
        request.Headers.IfRange = version;
        return request;
    }

    private static long FirstByte(DataFile file, PartialFile part, HttpResponseMessage response)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange?.From == part.Length:
                return part.Length;
            case HttpStatusCode.OK:
                return 0;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                part.Discard();
                throw new ConnectionCutException("it has no such part");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new ConnectionCutException($"the server answers {(int)response.StatusCode} ({response.ReasonPhrase})");
            default:
                throw new HttpRequestException(
                    $"{file.Url} cannot be fetched: the server answers {(int)response.StatusCode} ({response.ReasonPhrase}).", null, response.StatusCode);
        }
    }

    private static void RequireSpace(PartialFile part, long bytes)
    {
        var free = new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(part.Path))!).AvailableFreeSpace;
        if (bytes > free) throw new IOException($"{part.Path} needs {bytes} bytes more, {free} are free there: make room, or choose another folder.");
    }

    // Whatever the network does is one kind of fault; faults of the disk are another.
    private static async Task<T> FromServer<T>(Func<Task<T>> call, CancellationTokenSource stalled, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested && stalled.IsCancellationRequested)
        {
            throw new ConnectionCutException("nothing came for too long", e);
        }
        catch (HttpRequestException e)
        {
            var unreachable = e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError;
            var hopeless = unreachable || e.HttpRequestError is HttpRequestError.SecureConnectionError;
            throw new ConnectionCutException(unreachable ? $"the server is not reached ({e.Message}); is there a network?" : e.Message, e) { Hopeless = hopeless };
        }
        catch (IOException e)
        {
            throw new ConnectionCutException($"the connection was cut ({e.Message.TrimEnd('.')})", e);
        }
    }

    private sealed class ConnectionCutException(string message, Exception? inner = null) : Exception(message, inner)
    {
        public bool Hopeless { get; init; }
    }
}
