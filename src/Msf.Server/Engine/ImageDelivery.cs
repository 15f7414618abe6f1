using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Msf.Data;

namespace Msf.Server;

/// <summary>
/// Turns pixels into files and hands them out, on a thread of its own so that the model's goes on; in the order in which they came. It holds no tensors. When it falls far
/// behind, the model waits.
/// </summary>
internal sealed class ImageDelivery
{
    private const int MostWaiting = 64;
    private readonly Channel<Action> _work = Channel.CreateBounded<Action>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly ImageGallery _gallery;
    private readonly TimeProvider _time;
    private readonly EngineMeter _meter;
    private readonly ILogger _log;
    private readonly Task _worker;

    internal ImageDelivery(ImageGallery gallery, TimeProvider time, EngineMeter meter, ILogger log)
    {
        (_gallery, _time, _meter, _log) = (gallery, time, meter, log);
        _worker = Task.Factory.StartNew(Deliver, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Delivers finished images, all at once: a disk flushes many files in the time of one.</summary>
    internal void Finished(IReadOnlyList<(ImageTask Task, RgbImage Image)> images) => Enqueue(() => Parallel.ForEach(images, entry => Finish(entry.Task, entry.Image)));

    /// <summary>Delivers what can be seen of images by now.</summary>
    internal void Previewed(int stage, bool complete, IReadOnlyList<(ImageTask Task, RgbImage Image)> images) => Enqueue(() =>
    {
        foreach (var group in images.Where(entry => !entry.Task.Job.IsOver).GroupBy(entry => entry.Task.Job))
        {
            if (stage == 0 && complete && group.Key.Preview is null) _meter.Previewed((_time.GetUtcNow() - group.Key.Created).TotalSeconds);
            group.Key.Previewed(stage, complete, [.. group.Select(entry => (entry.Task.Index, PngFile.Encode(entry.Image)))]);
        }
    });

    /// <summary>Delivers what is left and ends.</summary>
    internal Task EndAsync()
    {
        _work.Writer.TryComplete();
        return _worker;
    }

    private void Finish(ImageTask task, RgbImage image)
    {
        var job = task.Job;
        if (job.IsOver) return;
        try
        {
            var png = new ImageText(job.Kind, task.Index, task.Settings).Encode(image);
            job.Finished(job.KeepsImages ? new JobImage(task.Index, _gallery.Add(png, job.TakeBase(task.Index)), null) : new JobImage(task.Index, null, png), _time.GetUtcNow());
            _meter.ImageMade(task.Settings.Model);
            _meter.Gallery(_gallery.Count);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ServerLog.GalleryFailed(_log, error.Message);
            job.Fail(new RequestException("the image could not be written to the gallery; the server's disk may be full.", null, 503, "gallery_failed"), _time.GetUtcNow());
        }
    }

    private void Enqueue(Action action)
    {
        while (!_work.Writer.TryWrite(action))
            if (!_work.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult()) return;
    }

    private void Deliver()
    {
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            while (_work.Reader.TryRead(out var action))
            {
                try
                {
                    action();
                }
                catch (Exception error)
                {
                    ServerLog.DeliveryFailed(_log, error);                                    // the others must go on
                }
            }
    }
}
