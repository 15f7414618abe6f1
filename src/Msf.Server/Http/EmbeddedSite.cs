using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Msf.Server;

/// <summary>The page's files, embedded in the program: no path of a request ever reaches the disk. Compressed once, with strong tags.</summary>
internal sealed class EmbeddedSite
{
    private const string Root = "wwwroot/";
    private readonly Dictionary<string, SiteFile> _files;

    private EmbeddedSite(Dictionary<string, SiteFile> files) => _files = files;

    /// <summary>Reads all files.</summary>
    internal static EmbeddedSite Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var types = new FileExtensionContentTypeProvider();
        var files = new Dictionary<string, SiteFile>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Root, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            var path = $"/{name[Root.Length..].Replace('\\', '/')}";
            var type = types.TryGetContentType(path, out var known) ? known : "application/octet-stream";
            files[path] = SiteFile.Of(content.ToArray(), type.StartsWith("text/", StringComparison.Ordinal) || type.Contains("javascript", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type);
        }
        return new EmbeddedSite(files);
    }

    /// <summary>Paths of all pages and files; a page answers without its extension, too.</summary>
    internal IEnumerable<string> Paths => _files.Keys.SelectMany(path => path switch
    {
        "/index.html" => ["/", path],
        _ when path.EndsWith(".html", StringComparison.Ordinal) => [path[..^5], path],
        _ => new[] { path },
    });

    /// <summary>Answers with a file.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">One of <see cref="Paths"/>.</param>
    internal Task AnswerAsync(HttpContext context, string path)
    {
        var asked = context.Request.PathBase.Add(context.Request.Path).Value!;
        if (asked.EndsWith('/') != (path == "/"))                                             // addresses in the page are relative, to work under any prefix
        {
            context.Response.Redirect($"{new PathString(path == "/" ? asked + "/" : asked.TrimEnd('/'))}{context.Request.QueryString}");
            return Task.CompletedTask;
        }
        var file = _files[path == "/" ? "/index.html" : _files.ContainsKey(path) ? path : $"{path}.html"];
        var response = context.Response;
        response.Headers.ETag = file.Tag;
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Tag == file.Tag || tag.Tag == "*"))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        response.ContentType = file.Type;
        var encodings = context.Request.GetTypedHeaders().AcceptEncoding.Where(encoding => encoding.Quality is not 0).Select(encoding => encoding.Value.ToString()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var (content, encoding) = file.Brotli is { } brotli && encodings.Contains("br") ? (brotli, "br") : file.Gzip is { } gzip && encodings.Contains("gzip") ? (gzip, "gzip") : (file.Plain, null);
        if (encoding is not null) response.Headers.ContentEncoding = encoding;
        response.ContentLength = content.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }

    private sealed record SiteFile(string Type, string Tag, byte[] Plain, byte[]? Gzip, byte[]? Brotli)
    {
        internal static SiteFile Of(byte[] plain, string type)
        {
            byte[]? Smaller(Func<Stream, Stream> compress)
            {
                using var packed = new MemoryStream();
                using (var stream = compress(packed)) stream.Write(plain);
                return packed.ToArray() is { } small && small.Length < plain.Length * 9 / 10 ? small : null;
            }
            return new SiteFile(
                type, $"\"{Convert.ToHexStringLower(SHA256.HashData(plain))[..32]}\"", plain, Smaller(to => new GZipStream(to, CompressionLevel.SmallestSize)),
                Smaller(to => new BrotliStream(to, CompressionLevel.SmallestSize)));
        }
    }
}
