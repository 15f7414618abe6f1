using System.Net;
using System.Text.Json;

namespace Msf.Data;

/// <summary>
/// Fetches single files of model repositories from the Hugging Face hub into the cache that its users have: a revision is resolved to a commit first, cut
/// downloads go on, and nothing counts as fetched before its digest is right. One thread at a time.
/// </summary>
public sealed class HubClient : IDisposable
{
    private const long LongestAnswer = 64 << 20;                                              // the list of a repository of 400,000 files

    private readonly HubOptions _options;
    private readonly HttpClient _client;
    private readonly HttpDownload _download;

    /// <param name="options">Where the hub is, who asks, and where files are kept.</param>
    public HubClient(HubOptions options)
    {
        _options = options;
        var handler = new HubHandler(options.Endpoint, options.Token, new SocketsHttpHandler { AllowAutoRedirect = false });
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("msf");
        _download = new HttpDownload(_client, options.Download);
    }

    /// <summary>Resolves a revision and lists its files; where the hub is not reached, what the cache has of it.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="HttpRequestException">The hub is not reached and the cache has nothing, or it refuses; the message is one line.</exception>
    /// <exception cref="InvalidDataException">The hub answers what no hub does.</exception>
    public async Task<HubSnapshot> FindAsync(HubRepository repository, CancellationToken cancellation = default)
    {
        var cache = new HubCache(_options.CacheFolder, repository);
        if (_options.Offline)
            return cache.Find() ?? throw new HttpRequestException($"{repository} is not in the cache {_options.CacheFolder}, and HF_HUB_OFFLINE forbids to ask the hub; unset it, or give a file or folder.");
        try
        {
            using var response = await AskAsync(HttpMethod.Get, Address($"api/models/{repository.Name}/revision/{Uri.EscapeDataString(repository.Revision)}"), repository, null, cancellation);
            var snapshot = Read(await response.Content.ReadAsByteArrayAsync(cancellation), repository);
            cache.Remember(snapshot.Commit);
            return snapshot;
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            return cache.Find() ?? throw new HttpRequestException($"{repository} cannot be fetched, and it is not in the cache: {e.Message}", e);
        }
    }

    /// <summary>Fetches a file; one that the cache has is checked and not fetched again.</summary>
    /// <param name="snapshot">A commit of a repository.</param>
    /// <param name="file">Path of the file in it.</param>
    /// <param name="progress">Told after every block.</param>
    /// <param name="cancellation">Ends the download; what has arrived stays.</param>
    /// <returns>The file's path in the cache.</returns>
    /// <exception cref="HttpRequestException">The hub is not reached, or refuses; the message is one line.</exception>
    /// <exception cref="InvalidDataException">What arrived, or what the cache has, has not the digest that it should.</exception>
    /// <exception cref="IOException">The disk is full or refuses; what has arrived stays.</exception>
    public async Task<string> FetchAsync(HubSnapshot snapshot, string file, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        var cache = new HubCache(_options.CacheFolder, snapshot.Repository);
        if (snapshot.FromCache) return await CheckedAsync(cache.Held(snapshot.Commit, file), cancellation);
        var wanted = await DescribeAsync(snapshot, file, cancellation);
        var blob = cache.Blob(wanted.Digest!);
        try
        {
            if (File.Exists(blob) && await wanted.DigestOfAsync(blob, cancellation) != wanted.Digest) File.Delete(blob);
            await _download.FetchAsync(wanted, blob, progress, cancellation);
        }
        catch (HubRefusalException e)
        {
            throw e.Explain(snapshot.Repository, file, _options);
        }
        return cache.Link(snapshot.Commit, file, blob);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    // Size and digest are in the headers of the hub's own answer, before it sends to where the content lies.
    private async Task<DataFile> DescribeAsync(HubSnapshot snapshot, string file, CancellationToken cancellation)
    {
        var path = string.Join('/', file.Split('/').Select(Uri.EscapeDataString));
        var address = Address($"{snapshot.Repository.Name}/resolve/{snapshot.Commit}/{path}");
        using var response = await AskAsync(HttpMethod.Head, address, snapshot.Repository, file, cancellation);
        string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
        var digest = HubDigest.OfTag(Header(HubHandler.LinkedDigest) ?? response.Headers.ETag?.Tag)
            ?? throw new InvalidDataException($"{snapshot.Identity}: the hub tells no digest of {file}, so that what arrives could not be checked; it was not fetched.");
        long? bytes = long.TryParse(Header("X-Linked-Size"), out var linked) ? linked
            : response.StatusCode == HttpStatusCode.OK ? response.Content.Headers.ContentLength : null;
        return HubDigest.Describe(file[(file.LastIndexOf('/') + 1)..], address, bytes, digest);
    }

    // A short answer, asked for again where that may help.
    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, Uri address, HubRepository repository, string? file, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (why, hopeless) = ("", false);
            using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            stalled.CancelAfter(_options.Download.Stall);
            try
            {
                var response = await _client.SendAsync(new HttpRequestMessage(method, address), stalled.Token);
                if (response.IsSuccessStatusCode || (int)response.StatusCode is >= 300 and < 400) return response;
                hopeless = response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError);
                why = $"it answers {(int)response.StatusCode} ({response.ReasonPhrase})";
                response.Dispose();
            }
            catch (HubRefusalException e)
            {
                throw e.Explain(repository, file, _options);
            }
            catch (HttpRequestException e)
            {
                hopeless = e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError;
                why = hopeless ? $"it is not reached ({e.Message.TrimEnd('.')}); is there a network" : e.Message.TrimEnd('.');
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                why = "nothing came for too long";
            }
            if (hopeless || attempt >= _options.Download.Attempts)
                throw new HttpRequestException($"the hub at {_options.Endpoint.Authority} does not help: {why}{(why.EndsWith("network", StringComparison.Ordinal) ? "?" : ".")} Try later, or give a file or folder.");
            await Task.Delay(_options.Download.FirstDelay * Math.Pow(2, attempt - 1), _options.Download.Time, cancellation);
        }
    }

    /// <summary>Reads the hub's answer about a repository.</summary>
    internal static HubSnapshot Read(byte[] answer, HubRepository repository)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            var files = root.GetProperty("siblings").EnumerateArray().Select(file => file.GetProperty("rfilename").GetString() ?? "")
                .Where(file => file.Split('/').All(ArchivePath.IsPlainName)).Order(StringComparer.Ordinal).ToArray();
            if (root.GetProperty("sha").GetString() is { } commit && HubDigest.IsCommit(commit)) return new HubSnapshot(repository, commit, files);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // One answer for everything that no hub says.
        }
        throw new InvalidDataException($"{repository}: what answers is no hub: it tells no commit and no files; check HF_ENDPOINT.");
    }

    private static async Task<string> CheckedAsync((string Path, string? Digest) held, CancellationToken cancellation)
    {
        if (HubDigest.OfTag(held.Digest) is { } digest && await HubDigest.Describe("", new Uri("file:///"), null, digest).DigestOfAsync(held.Path, cancellation) != digest)
            throw new InvalidDataException($"{held.Path} is not what it was: its digest is wrong. Remove it, and fetch it again where there is a network.");
        return held.Path;
    }

    private Uri Address(string path) => new($"{_options.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");
}
