using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Msf.Server;

/// <summary>Who may come in, where no application around the routes decides that.</summary>
internal static class Gate
{
    /// <summary>
    /// Asks for a key where keys are needed, but for the page's own files and the probes. Where none is needed, hosts other than the machine's own names are refused, so that no
    /// web page can reach the server under a name of its own; and a page of another origin may in no case change anything.
    /// </summary>
    internal static void UseGate(this IApplicationBuilder app, ApiKeys keys) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (!keys.AreNeeded && !IsOwnName(request.Host))
            throw new RequestException("this host name is not the server's; call it by localhost or its address, or start it with --api-key.", null, 403, "host_refused");
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && IsForeign(request))
            throw new RequestException("requests from pages of other origins are refused.", null, 403, "origin_refused");
        var owner = keys.AreNeeded ? keys.OwnerOf(request.Headers.Authorization) : null;
        if (keys.AreNeeded && owner is null && IsGuarded(request.Path))
            throw new RequestException("a key is needed: send it as Authorization: Bearer KEY.", null, 401, "key_needed");
        if (owner is not null) context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, owner)], "Bearer"));
        return next(context);
    });

    private static bool IsGuarded(PathString path) => path.StartsWithSegments("/api") || path.StartsWithSegments("/v1") || path.StartsWithSegments("/metrics");

    private static bool IsOwnName(HostString host)
    {
        var name = host.Host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }

    private static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin is [{ Length: > 0 } origin] && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
}
