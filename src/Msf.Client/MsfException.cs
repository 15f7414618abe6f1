using System.Net;

namespace Msf.Client;

/// <summary>The server refused a request.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="error">What the server said.</param>
/// <param name="retryAfter">When to ask again; null where the server did not say.</param>
public sealed class MsfException(HttpStatusCode status, ErrorDetail error, TimeSpan? retryAfter) : Exception(error?.Message)
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>What the server said.</summary>
    public ErrorDetail Error { get; } = error!;

    /// <summary>When to ask again; null where the server did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
