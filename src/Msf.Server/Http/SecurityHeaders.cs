using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Msf.Server;

/// <summary>Headers that every answer carries.</summary>
internal static class SecurityHeaders
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly (string Name, string Value)[] _headers =
    [
        (HeaderNames.ContentSecurityPolicy, Policy),
        (HeaderNames.XContentTypeOptions, "nosniff"),
        (HeaderNames.XFrameOptions, "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
        (HeaderNames.CacheControl, "no-store"),
    ];

    /// <summary>Adds them to an answer before it is made; what the application has set already stays.</summary>
    internal static RequestDelegate Before(RequestDelegate next) => context =>
    {
        foreach (var (name, value) in _headers) context.Response.Headers.TryAdd(name, value);
        return next(context);
    };
}
