using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Msf.Server;

/// <summary>Who asks.</summary>
internal static class HttpContextExtensions
{
    /// <summary>The authenticated user: the name's identifier, the subject, or the name; without one the address. Jobs belong to it, and it has its share of the queue.</summary>
    internal static string Client(this HttpContext context)
    {
        var user = context.User.Identity is { IsAuthenticated: true } ? context.User : null;
        return (user?.FindFirstValue(ClaimTypes.NameIdentifier) ?? user?.FindFirstValue("sub") ?? user?.Identity?.Name) is { Length: > 0 } name
            ? name
            : context.Connection.RemoteIpAddress?.MapToIPv6().ToString() ?? "local";
    }
}
