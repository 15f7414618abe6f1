namespace Msf.Server;

/// <summary>A request that is answered with an error: what was expected, what came, what to do.</summary>
/// <param name="message">One line.</param>
/// <param name="param">The member that is wrong; null where it is none.</param>
/// <param name="status">The HTTP status.</param>
/// <param name="code">A word for programs.</param>
/// <param name="retryAfter">When to ask again; null where that would not help.</param>
public sealed class RequestException(string message, string? param = null, int status = 400, string code = "invalid_request", TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>The member that is wrong; null where it is none.</summary>
    public string? Param { get; } = param;

    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>A word for programs.</summary>
    public string Code { get; } = code;

    /// <summary>When to ask again; null where that would not help.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>404.</summary>
    internal static RequestException NotFound(string what) => new(what, null, 404, "not_found");
}
