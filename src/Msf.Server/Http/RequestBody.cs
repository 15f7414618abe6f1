using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Msf.Server;

/// <summary>Reads bodies of bounded size.</summary>
internal static class RequestBody
{
    /// <summary>Reads JSON.</summary>
    /// <exception cref="RequestException">It is too large, of another type, or not what is expected.</exception>
    internal static async Task<T> ReadJsonAsync<T>(HttpContext context, long most, JsonSerializerOptions? options = null)
    {
        // Any other type a page of another origin could send without asking.
        if (!context.Request.HasJsonContentType()) throw new RequestException("the body must be JSON: send Content-Type: application/json.", null, 415, "unsupported_media_type");
        return ServerJson.Parse<T>(await ReadAsync(context, most), options);
    }

    /// <summary>Reads bytes.</summary>
    /// <exception cref="RequestException">There are too many.</exception>
    internal static async Task<byte[]> ReadAsync(HttpContext context, long most)
    {
        var length = context.Request.ContentLength;
        if (length > most) throw TooLarge(most);
        using var body = new MemoryStream((int)Math.Min(length ?? 0, most));
        var buffer = new byte[16 * 1024];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
        {
            if (body.Length + read > most) throw TooLarge(most);
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    private static RequestException TooLarge(long most) => new($"the request is larger than the {most} bytes accepted.", null, 413, "too_large");
}
