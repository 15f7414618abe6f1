namespace Msf.Server;

/// <summary>What the server accepts and how much it does at once.</summary>
public sealed record ServerLimits
{
    /// <summary>Images that may wait for all models together; more get 429. One client may have half of them. Default 256.</summary>
    public int Queue { get; set; } = 256;

    /// <summary>Images in one forward pass at a model's own size; fewer of larger ones. Default 16.</summary>
    public int Batch { get; set; } = 16;

    /// <summary>Images of one request. Default 64.</summary>
    public int Count { get; set; } = 64;

    /// <summary>Solver steps of one stage. Default 250.</summary>
    public int Steps { get; set; } = 250;

    /// <summary>Pixels of one image, made or sent. Default 1,048,576, which is 1024 x 1024.</summary>
    public int Pixels { get; set; } = 1 << 20;

    /// <summary>Bytes of a request's body. Default 16 MiB.</summary>
    public long RequestBytes { get; set; } = 16 << 20;

    /// <summary>Requests for images that a client may make in a minute. Default 600.</summary>
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>Time that a job may take from its arrival to its last image. Default ten minutes.</summary>
    public TimeSpan JobTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Time that running jobs get to finish when the server stops. Default 30 seconds.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that the loaded models may take together; null takes half of the machine's memory.</summary>
    public long? ModelBytes { get; set; }

    /// <summary>Images that the gallery keeps; the oldest go first. Default 100,000.</summary>
    public int GalleryImages { get; set; } = 100_000;

    /// <summary>
    /// How long images at a stage border may be held up for later arrivals to catch up and join them, as a multiple of the time that their own stages so far took. 0 never waits.
    /// </summary>
    public double Patience { get; set; } = 1;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void AtLeastOne(long value, string name)
        {
            if (value < 1) errors.Add($"{name} is {value}, expected at least 1");
        }
        AtLeastOne(Queue, "queue");
        AtLeastOne(Batch, "batch");
        AtLeastOne(Count, "count");
        AtLeastOne(Steps, "steps");
        AtLeastOne(Pixels, "pixels");
        AtLeastOne(RequestBytes, "request bytes");
        AtLeastOne(RequestsPerMinute, "requests per minute");
        AtLeastOne(GalleryImages, "gallery images");
        AtLeastOne(ModelBytes ?? 1, "model bytes");
        if (JobTime <= TimeSpan.Zero) errors.Add("job time is not positive");
        if (Grace < TimeSpan.Zero) errors.Add("grace is negative");
        if (!(Patience >= 0 && double.IsFinite(Patience))) errors.Add($"patience is {Patience}, expected a number of at least 0");
        return errors;
    }
}
