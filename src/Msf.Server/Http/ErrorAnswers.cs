using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Msf.Server;

/// <summary>Answers whatever goes wrong in one shape.</summary>
internal static class ErrorAnswers
{
    /// <summary>Catches exceptions and gives statuses without a body one.</summary>
    internal static RequestDelegate Around(RequestDelegate next, ILogger log) => async context =>
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null }) await WriteAsync(context, OfStatus(context.Response.StatusCode));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            var known = Known(error);
            if (known is null) ServerLog.AnswerFailed(log, error);
            await WriteAsync(context, known ?? new RequestException("the server failed; its log says why.", null, 500, "server_error"));
        }
    };

    /// <summary>Writes an error.</summary>
    internal static Task WriteAsync(HttpContext context, RequestException error)
    {
        var headers = context.Response.Headers;
        (headers.CacheControl, headers.ETag, headers.ContentEncoding, headers.ContentLength) = ("no-store", default, default, null);  // those of the answer that failed; the application's stay
        context.Response.StatusCode = error.Status;
        if (error.Status == 401) headers.WWWAuthenticate = "Bearer";
        if (error.RetryAfter is { } after) headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return context.Response.WriteAsJsonAsync(ErrorBody.Of(error), ServerJson.Options, context.RequestAborted);
    }

    private static RequestException? Known(Exception error) => error switch
    {
        RequestException known => known,
        BadHttpRequestException { StatusCode: 413 } => new RequestException("the request is larger than is accepted.", null, 413, "too_large"),
        BadHttpRequestException bad => new RequestException($"the request cannot be read: {bad.Message.TrimEnd('.')}.", null, bad.StatusCode is >= 400 and < 500 ? bad.StatusCode : 400),
        _ => null,
    };

    private static RequestException OfStatus(int status) => status switch
    {
        400 => new RequestException("a parameter of the address has another type than is expected; the OpenAPI document says which."),
        404 => RequestException.NotFound("there is nothing here; /docs says what there is."),
        405 => new RequestException("this method is not for this address; /docs says which is.", null, 405, "method_not_allowed"),
        415 => new RequestException("the body has another type than is expected; /docs says which.", null, 415, "unsupported_media_type"),
        _ => new RequestException("the request cannot be answered.", null, status, "error"),
    };
}
