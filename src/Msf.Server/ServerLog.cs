using Microsoft.Extensions.Logging;

namespace Msf.Server;

/// <summary>What the server logs: facts as named values, no keys, no pictures.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Information, "loaded {Model} in {Seconds:F1} s ({Precision})")]
    internal static partial void Loaded(ILogger log, string model, double seconds, string precision);

    [LoggerMessage(2, LogLevel.Error, "{Model} could not be loaded: {Reason}")]
    internal static partial void LoadFailed(ILogger log, string model, string reason);

    [LoggerMessage(3, LogLevel.Information, "unloaded {Model}")]
    internal static partial void Unloaded(ILogger log, string model);

    [LoggerMessage(4, LogLevel.Information, "job {Job} of {Client}: {State} after {Seconds:F3} s, {Images} images with {Model}")]
    internal static partial void JobEnded(ILogger log, string job, string client, JobState state, double seconds, int images, string model);

    [LoggerMessage(5, LogLevel.Error, "a batch of {Model} failed")]
    internal static partial void BatchFailed(ILogger log, Exception error, string model);

    [LoggerMessage(6, LogLevel.Error, "the gallery could not be written: {Reason}")]
    internal static partial void GalleryFailed(ILogger log, string reason);

    [LoggerMessage(7, LogLevel.Error, "an answer failed")]
    internal static partial void AnswerFailed(ILogger log, Exception error);

    [LoggerMessage(8, LogLevel.Error, "an image could not be delivered")]
    internal static partial void DeliveryFailed(ILogger log, Exception error);
}
