using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Msf.Server;

/// <summary>Writes server-sent events (WHATWG HTML, section 9.2), with a sign of life when nothing happens.</summary>
internal static class EventStream
{
    private static readonly TimeSpan _signOfLife = TimeSpan.FromSeconds(15);

    /// <summary>Writes events until they end or the client is gone.</summary>
    /// <param name="context">The request.</param>
    /// <param name="events">Id, or null for none; name; data as one line of JSON.</param>
    /// <param name="stopping">Ends the stream where the server stops.</param>
    internal static async Task WriteAsync(HttpContext context, IAsyncEnumerable<(long? Id, string Name, string Data)> events, CancellationToken stopping = default)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await using var source = events.GetAsyncEnumerator(ends.Token);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            await response.WriteAsync("retry: 1000\n\n", ends.Token);
            await response.Body.FlushAsync(ends.Token);
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(_signOfLife, ends.Token)) != next)
                {
                    ends.Token.ThrowIfCancellationRequested();
                    await response.WriteAsync(": alive\n\n", ends.Token);
                }
                else if (await next)
                {
                    await response.WriteAsync(Format(source.Current), ends.Token);
                    next = source.MoveNextAsync().AsTask();
                }
                else
                {
                    return;
                }
                await response.Body.FlushAsync(ends.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Gone, and may come again with the id of the last event.
        }
        finally
        {
            await ends.CancelAsync();
            await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);  // it must not run while its source goes
        }
    }

    /// <summary>Data as one line of JSON.</summary>
    internal static string Json(object data, JsonSerializerOptions? options = null) => JsonSerializer.Serialize(data, data.GetType(), options ?? ServerJson.Options);

    private static string Format((long? Id, string Name, string Data) happened)
    {
        var text = new StringBuilder();
        if (happened.Id is { } id) text.Append(CultureInfo.InvariantCulture, $"id: {id}\n");
        return text.Append(CultureInfo.InvariantCulture, $"event: {happened.Name}\ndata: {happened.Data}\n\n").ToString();
    }
}
