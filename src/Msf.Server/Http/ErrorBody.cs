namespace Msf.Server;

/// <summary>What every error is answered with, in OpenAI's shape.</summary>
/// <param name="Error">The error.</param>
public sealed record ErrorBody(ErrorBody.Detail Error)
{
    /// <summary>The error.</summary>
    /// <param name="Message">What was expected, what came, what to do.</param>
    /// <param name="Type">Kind of error.</param>
    /// <param name="Param">The member that is wrong, or null.</param>
    /// <param name="Code">A word for programs.</param>
    public sealed record Detail(string Message, string Type, string? Param, string Code);

    /// <summary>The body for an error.</summary>
    internal static ErrorBody Of(RequestException error) => new(new Detail(error.Message, TypeOf(error.Status), error.Param, error.Code));

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };
}
