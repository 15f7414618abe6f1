using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Msf.Client;

/// <summary>Client of the HTTP interface of <c>msf serve</c>, and of applications that have it by <c>MapMsf</c>. Usable from any thread.</summary>
/// <example>
/// <code>
/// using var msf = new MsfClient(new Uri("http://127.0.0.1:5080"));
/// var images = await msf.GenerateAsync(new JobRequest { Classes = ["clock"], Count = 2, Seed = 7 });
/// await File.WriteAllBytesAsync("clock.png", images[0]);
/// </code>
/// </example>
public sealed class MsfClient : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver(), Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
    private static readonly JsonSerializerOptions _sent = new(_json) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly HttpClient _http;
    private readonly Uri _address;

    /// <summary>Talks to a server.</summary>
    /// <param name="address">Where it listens; of an application, with the prefix of the routes.</param>
    /// <param name="apiKey">The key; null where it needs none.</param>
    public MsfClient(Uri address, string? apiKey = null) : this(new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan }, apiKey)
    {
    }

    /// <summary>Talks through a client of the caller's, for proxies and tests.</summary>
    /// <param name="http">With the server's address as its base; disposed with this.</param>
    /// <param name="apiKey">The key; null where the server needs none.</param>
    /// <exception cref="ArgumentException"><paramref name="http"/> has no base address.</exception>
    public MsfClient(HttpClient http, string? apiKey = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.BaseAddress is not { } address) throw new ArgumentException("the client has no BaseAddress; set it to the server's address.", nameof(http));
        (_http, _address) = (http, address.AbsolutePath.EndsWith('/') ? address : new Uri($"{address.GetLeftPart(UriPartial.Path)}/"));
        if (apiKey is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    /// <summary>Makes images and waits for them, by the interface in OpenAI's shape.</summary>
    /// <param name="request">Images from noise; for other kinds there is <see cref="CreateJobAsync"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>PNG files.</returns>
    /// <exception cref="ArgumentException">The request has a member that is for another kind, or one side of a size without the other.</exception>
    /// <exception cref="MsfException">The server refused.</exception>
    /// <exception cref="HttpRequestException">The server is not there.</exception>
    public async Task<IReadOnlyList<byte[]>> GenerateAsync(JobRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request is not { Kind: JobKind.Generate, Of: null, Image: null, Mask: null, Strength: null, Sweep: null })
            throw new ArgumentException("the request starts from a picture or is a sweep; ask for it with CreateJobAsync.", nameof(request));
        if (request.Width is null != request.Height is null) throw new ArgumentException("the request has one side of a size; give Width and Height, or neither.", nameof(request));
        var size = request is { Width: { } width, Height: { } height } ? $"{width}x{height}" : "auto";
        var body = new
        {
            model = request.Model,
            classes = request.Classes,
            n = request.Count,
            size,
            seed = request.Seed,
            steps = request.Steps,
            guidance = request.Guidance,
            guidance_interval = request.GuidanceInterval,
            solver = request.Solver,
            base_index = request.BaseIndex,
        };
        using var answer = await SendAsync(HttpMethod.Post, "v1/images/generations", cancellation, Content(body));
        using var document = await answer.Content.ReadFromJsonAsync<JsonDocument>(cancellation);
        return [.. document!.RootElement.GetProperty("data").EnumerateArray().Select(image => image.GetProperty("b64_json").GetBytesFromBase64())];
    }

    /// <summary>Asks for images without waiting for them.</summary>
    /// <inheritdoc cref="GenerateAsync" path="/exception"/>
    public async Task<Job> CreateJobAsync(JobRequest request, CancellationToken cancellation = default) =>
        await JobOf(await SendAsync(HttpMethod.Post, "api/jobs", cancellation, Content(request)), cancellation);

    /// <summary>Where a job stands.</summary>
    /// <inheritdoc cref="GenerateAsync" path="/exception"/>
    public async Task<Job> ReadJobAsync(string id, CancellationToken cancellation = default) =>
        await JobOf(await SendAsync(HttpMethod.Get, $"api/jobs/{Uri.EscapeDataString(id)}", cancellation), cancellation);

    /// <summary>Gives a job up.</summary>
    /// <inheritdoc cref="GenerateAsync" path="/exception"/>
    public async Task<Job> CancelJobAsync(string id, CancellationToken cancellation = default) =>
        await JobOf(await SendAsync(HttpMethod.Delete, $"api/jobs/{Uri.EscapeDataString(id)}", cancellation), cancellation);

    /// <summary>What happens to a job until its end; where the connection breaks, it is made again and goes on without loss.</summary>
    /// <inheritdoc cref="GenerateAsync" path="/exception"/>
    public async IAsyncEnumerable<JobEvent> ReadEventsAsync(string id, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var last = "";
        while (true)
        {
            using var answer = await SendAsync(HttpMethod.Get, $"api/jobs/{Uri.EscapeDataString(id)}/events", cancellation, lastEventId: last);
            using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
            await using var events = SseParser.Create(stream).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
            while (await NextAsync(events))
            {
                last = events.Current.EventId ?? last;
                if (Parse(events.Current) is not { } happened) continue;
                yield return happened;
                if (happened is DoneEvent or CancelledEvent or FailedEvent) yield break;
            }
            await Task.Delay(_pause, cancellation);
        }
    }

    /// <summary>The PNG file of an image in the gallery.</summary>
    /// <inheritdoc cref="GenerateAsync" path="/exception"/>
    public async Task<byte[]> ReadImageAsync(string id, CancellationToken cancellation = default)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"api/gallery/{Uri.EscapeDataString(id)}.png", cancellation);
        return await answer.Content.ReadAsByteArrayAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            return false;
        }
    }

    private static JobEvent? Parse(SseItem<string> item) => item.EventType switch
    {
        "queued" => JsonSerializer.Deserialize<QueuedEvent>(item.Data, _json),
        "stage" => JsonSerializer.Deserialize<StageEvent>(item.Data, _json),
        "progress" => JsonSerializer.Deserialize<ProgressEvent>(item.Data, _json),
        "preview" => JsonSerializer.Deserialize<PreviewEvent>(item.Data, _json),
        "image" => JsonSerializer.Deserialize<ImageEvent>(item.Data, _json),
        "done" => JsonSerializer.Deserialize<DoneEvent>(item.Data, _json),
        "cancelled" => new CancelledEvent(),
        "failed" => JsonSerializer.Deserialize<FailedEvent>(item.Data, _json),
        _ => null,                                                                            // of a newer server
    };

    private static StringContent Content(object body) => new(JsonSerializer.Serialize(body, _sent), null, "application/json");

    private static async Task<Job> JobOf(HttpResponseMessage answer, CancellationToken cancellation)
    {
        using (answer) return (await answer.Content.ReadFromJsonAsync<Job>(_json, cancellation))!;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, CancellationToken cancellation, HttpContent? content = null, string lastEventId = "")
    {
        using var request = new HttpRequestMessage(method, new Uri(_address, path)) { Content = content };
        if (lastEventId.Length > 0) request.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.IsSuccessStatusCode) return answer;
        using (answer) throw await Refused(answer, cancellation);
    }

    private static async Task<MsfException> Refused(HttpResponseMessage answer, CancellationToken cancellation)
    {
        ErrorDetail? detail = null;
        try
        {
            using var document = await answer.Content.ReadFromJsonAsync<JsonDocument>(cancellation);
            detail = document!.RootElement.GetProperty("error").Deserialize<ErrorDetail>(_json);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or NotSupportedException)
        {
            // Something between us and the server answered.
        }
        return new MsfException(answer.StatusCode, detail ?? new ErrorDetail($"the server answered with status {(int)answer.StatusCode}.", null, null, null), answer.Headers.RetryAfter?.Delta);
    }
}
