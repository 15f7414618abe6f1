using System.Diagnostics;
using System.Diagnostics.Metrics;
using Prometheus;

namespace Msf.Server;

/// <summary>
/// What the engine counts, twice: for <c>/metrics</c> in a registry of its own, and as .NET's instruments, which an application's OpenTelemetry collects with
/// <c>AddMeter("Msf.Server")</c>. Traces are had with <c>AddSource("Msf.Server")</c>.
/// </summary>
internal sealed class EngineMeter
{
    /// <summary>Name of the instruments and of the traces.</summary>
    internal const string Name = "Msf.Server";

    private static readonly double[] _batchSizes = [1, 2, 4, 8, 16, 32, 64];
    private readonly Counter _jobs;
    private readonly Counter _images;
    private readonly Counter _refused;
    private readonly Gauge _queue;
    private readonly Gauge _loaded;
    private readonly Gauge _gallery;
    private readonly Histogram _stageSeconds;
    private readonly Histogram _batchImages;
    private readonly Histogram _previewSeconds;
    private readonly Histogram _jobSeconds;
    private readonly Counter<long> _jobCount;
    private readonly Counter<long> _imageCount;
    private readonly Counter<long> _refusedCount;
    private readonly Gauge<int> _queueGauge;
    private readonly Gauge<int> _loadedGauge;
    private readonly Gauge<int> _galleryGauge;
    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _previewDuration;
    private readonly Histogram<double> _jobDuration;

    /// <summary>Makes the instruments.</summary>
    internal EngineMeter(IMeterFactory factory)
    {
        var metrics = Metrics.WithCustomRegistry(Registry);
        _jobs = metrics.CreateCounter("msf_jobs_total", "Jobs by how they ended.", "state");
        _images = metrics.CreateCounter("msf_images_total", "Images made.", "model");
        _refused = metrics.CreateCounter("msf_refused_total", "Requests for images that were refused, by reason.", "reason");
        _queue = metrics.CreateGauge("msf_queue_images", "Images that wait.", "model");
        _loaded = metrics.CreateGauge("msf_models_loaded", "Models in memory.");
        _gallery = metrics.CreateGauge("msf_gallery_images", "Images in the gallery.");
        _stageSeconds = metrics.CreateHistogram(
            "msf_stage_seconds", "Seconds of a stage of a batch.", ["model", "stage"], new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.01, 2, 14) });
        _batchImages = metrics.CreateHistogram("msf_batch_images", "Images of a batch at the start of a stage.", ["model", "stage"], new HistogramConfiguration { Buckets = _batchSizes });
        _previewSeconds = metrics.CreateHistogram("msf_preview_seconds", "Seconds from a job's arrival to its first base.", new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.02, 2, 14) });
        _jobSeconds = metrics.CreateHistogram("msf_job_seconds", "Seconds from a job's arrival to its last image.", new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.02, 2, 14) });

        var meter = factory.Create(Name);
        _jobCount = meter.CreateCounter<long>("msf.jobs", "{job}", "Jobs by how they ended.");
        _imageCount = meter.CreateCounter<long>("msf.images", "{image}", "Images made.");
        _refusedCount = meter.CreateCounter<long>("msf.refused", "{request}", "Requests for images that were refused, by reason.");
        _queueGauge = meter.CreateGauge<int>("msf.queue.images", "{image}", "Images that wait.");
        _loadedGauge = meter.CreateGauge<int>("msf.models.loaded", "{model}", "Models in memory.");
        _galleryGauge = meter.CreateGauge<int>("msf.gallery.images", "{image}", "Images in the gallery.");
        _stageDuration = meter.CreateHistogram<double>("msf.stage.duration", "s", "Time of a stage of a batch.");
        _batchSize = meter.CreateHistogram<int>("msf.batch.images", "{image}", "Images of a batch at the start of a stage.");
        _previewDuration = meter.CreateHistogram<double>("msf.preview.duration", "s", "Time from a job's arrival to its first base.");
        _jobDuration = meter.CreateHistogram<double>("msf.job.duration", "s", "Time from a job's arrival to its last image.");
    }

    /// <summary>Traces of batches and stages.</summary>
    internal static ActivitySource Activities { get; } = new(Name);

    /// <summary>What <c>/metrics</c> tells.</summary>
    internal CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    /// <summary>A job ended.</summary>
    internal void JobEnded(JobState state, double seconds)
    {
        var name = $"{state}".ToLowerInvariant();
        _jobs.WithLabels(name).Inc();
        _jobCount.Add(1, Tag("msf.state", name));
        if (state != JobState.Done) return;
        _jobSeconds.Observe(seconds);
        _jobDuration.Record(seconds);
    }

    /// <summary>An image was made.</summary>
    internal void ImageMade(string model)
    {
        _images.WithLabels(model).Inc();
        _imageCount.Add(1, Tag("msf.model", model));
    }

    /// <summary>A request for images was refused.</summary>
    internal void Refused(string reason)
    {
        _refused.WithLabels(reason).Inc();
        _refusedCount.Add(1, Tag("msf.reason", reason));
    }

    /// <summary>So many images wait for a model.</summary>
    internal void Queue(string model, int images)
    {
        _queue.WithLabels(model).Set(images);
        _queueGauge.Record(images, Tag("msf.model", model));
    }

    /// <summary>So many models are in memory.</summary>
    internal void Loaded(int models)
    {
        _loaded.Set(models);
        _loadedGauge.Record(models);
    }

    /// <summary>So many images are in the gallery.</summary>
    internal void Gallery(int images)
    {
        _gallery.Set(images);
        _galleryGauge.Record(images);
    }

    /// <summary>A stage of a batch begins.</summary>
    internal void StageBegun(string model, int stage, int images)
    {
        _batchImages.WithLabels(model, $"{stage}").Observe(images);
        _batchSize.Record(images, Tag("msf.model", model), Tag("msf.stage", stage));
    }

    /// <summary>A stage of a batch is done.</summary>
    internal void StageDone(string model, int stage, double seconds)
    {
        _stageSeconds.WithLabels(model, $"{stage}").Observe(seconds);
        _stageDuration.Record(seconds, Tag("msf.model", model), Tag("msf.stage", stage));
    }

    /// <summary>A job's first base is there.</summary>
    internal void Previewed(double seconds)
    {
        _previewSeconds.Observe(seconds);
        _previewDuration.Record(seconds);
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
