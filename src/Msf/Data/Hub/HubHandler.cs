using System.Net;
using System.Net.Http.Headers;

namespace Msf.Data;

/// <summary>
/// Sends requests to the hub with the token, and follows its redirections: the token goes to the hub alone, never to the store that files lie in. Of a HEAD
/// request the answer that has the digest is wanted, not the store's.
/// </summary>
/// <param name="endpoint">Address of the hub.</param>
/// <param name="token">The token, or null.</param>
/// <param name="inner">Sends without following.</param>
internal sealed class HubHandler(Uri endpoint, string? token, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Digest of a file that lies in a store.</summary>
    internal const string LinkedDigest = "X-Linked-Etag";

    private const int MostRedirections = 10;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var current = request;
        for (var count = 0; ; count++)
        {
            current.Headers.Authorization = token is not null && IsHub(current.RequestUri!) ? new AuthenticationHeaderValue("Bearer", token) : null;
            var response = await base.SendAsync(current, cancellationToken);
            if (IsHub(current.RequestUri!)) RequireAccepted(response);
            if (Target(current.RequestUri!, response) is not { } target) return response;
            if (request.Method == HttpMethod.Head && (response.Headers.Contains(LinkedDigest) || !IsHub(target))) return response;
            response.Dispose();
            if (count == MostRedirections) throw new InvalidDataException($"{request.RequestUri} is redirected more than {MostRedirections} times; it cannot be fetched.");
            if (current.RequestUri!.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps)
                throw new InvalidDataException($"{request.RequestUri} is redirected to {target.Host} without encryption; it was not followed.");
            current = new HttpRequestMessage(request.Method, target);
            foreach (var (name, values) in request.Headers) current.Headers.TryAddWithoutValidation(name, values);
        }
    }

    private static Uri? Target(Uri from, HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location
            ? new Uri(from, location)
            : null;

    private static void RequireAccepted(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound)) return;
        var code = response.Headers.TryGetValues("X-Error-Code", out var values) ? values.FirstOrDefault() : null;
        response.Dispose();
        throw new HubRefusalException(response.StatusCode, code);
    }

    private bool IsHub(Uri address) => Uri.Compare(address, endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
