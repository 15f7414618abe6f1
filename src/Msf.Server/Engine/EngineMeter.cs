using System.Diagnostics;
using Prometheus;

namespace Msf.Server;

/// <summary>What the engine counts.</summary>
internal sealed class EngineMeter
{
    /// <summary>Name of the traces.</summary>
    internal const string ActivityName = "Msf.Server";

    private static readonly double[] _batchSizes = [1, 2, 4, 8, 16, 32, 64];

    /// <summary>Counts into a registry.</summary>
    internal EngineMeter(CollectorRegistry registry)
    {
        Registry = registry;
        var metrics = Metrics.WithCustomRegistry(registry);
        Jobs = metrics.CreateCounter("msf_jobs_total", "Jobs by how they ended.", "state");
        Images = metrics.CreateCounter("msf_images_total", "Images made.", "model");
        Refused = metrics.CreateCounter("msf_refused_total", "Requests for images that were refused, by reason.", "reason");
        Queue = metrics.CreateGauge("msf_queue_images", "Images that wait.", "model");
        Loaded = metrics.CreateGauge("msf_models_loaded", "Models in memory.");
        Gallery = metrics.CreateGauge("msf_gallery_images", "Images in the gallery.");
        StageSeconds = metrics.CreateHistogram(
            "msf_stage_seconds", "Seconds of a stage of a batch.", ["model", "stage"], new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.01, 2, 14) });
        BatchSize = metrics.CreateHistogram("msf_batch_images", "Images of a batch at the start of a stage.", ["model", "stage"], new HistogramConfiguration { Buckets = _batchSizes });
        PreviewSeconds = metrics.CreateHistogram("msf_preview_seconds", "Seconds from a job's arrival to its first base.", new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.02, 2, 14) });
        JobSeconds = metrics.CreateHistogram("msf_job_seconds", "Seconds from a job's arrival to its last image.", new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.02, 2, 14) });
    }

    /// <summary>Traces of batches and stages.</summary>
    internal static ActivitySource Activities { get; } = new(ActivityName);

    internal CollectorRegistry Registry { get; }

    internal Counter Jobs { get; }

    internal Counter Images { get; }

    internal Counter Refused { get; }

    internal Gauge Queue { get; }

    internal Gauge Loaded { get; }

    internal Gauge Gallery { get; }

    internal Histogram StageSeconds { get; }

    internal Histogram BatchSize { get; }

    internal Histogram PreviewSeconds { get; }

    internal Histogram JobSeconds { get; }
}
