using System.CommandLine;
using Msf.Server;

namespace Msf.Cli;

/// <summary>How much <c>msf serve</c> accepts and does at once.</summary>
internal sealed class ServeLimitOptions
{
    private static readonly ServerLimits _default = new();
    private readonly Option<int> _queue = Number("--queue", "Images that may wait; more get status 429.", _default.Queue);
    private readonly Option<int> _batch = Number("--batch-size", "Images generated together.", _default.Batch);
    private readonly Option<int> _count = Number("--max-count", "Images of one request.", _default.Count);
    private readonly Option<int> _steps = Number("--max-steps", "Solver steps of one stage.", _default.Steps);
    private readonly Option<int> _pixels = Number("--max-pixels", "Pixels of one image, made or sent.", _default.Pixels);
    private readonly Option<int> _rate = Number("--max-requests", "Requests for images that a client may make in a minute.", _default.RequestsPerMinute);
    private readonly Option<int> _images = Number("--max-gallery", "Images that the gallery keeps; the oldest go first.", _default.GalleryImages);
    private readonly Option<double> _timeout = Seconds("--timeout", "Seconds that a job may take, waiting included.", _default.JobTime);
    private readonly Option<double> _grace = Seconds("--grace", "Seconds that running jobs get to finish when the server stops.", _default.Grace);
    private readonly Option<double?> _memory = new("--memory") { Description = "GB that loaded models may take together; the one used longest ago goes first (default: half of the machine's).", HelpName = "GB" };
    private readonly Option<double> _patience = new("--patience")
    {
        Description = "How long images at a stage border wait for later ones to join them, as a multiple of what they took so far; 0 never.",
        DefaultValueFactory = _ => _default.Patience,
        HelpName = "X",
    };

    /// <summary>The options, in the order of the help.</summary>
    internal IEnumerable<Option> All => [_queue, _batch, _count, _steps, _pixels, _rate, _images, _timeout, _grace, _memory, _patience];

    /// <summary>The limits.</summary>
    internal ServerLimits Read(ParseResult arguments) => new()
    {
        Queue = arguments.GetValue(_queue),
        Batch = arguments.GetValue(_batch),
        Count = arguments.GetValue(_count),
        Steps = arguments.GetValue(_steps),
        Pixels = arguments.GetValue(_pixels),
        RequestsPerMinute = arguments.GetValue(_rate),
        GalleryImages = arguments.GetValue(_images),
        JobTime = TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(_timeout), 0, 1e6)),
        Grace = TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(_grace), 0, 1e6)),
        ModelBytes = arguments.GetValue(_memory) is { } gigabytes ? (long)(gigabytes * 1e9) : null,
        Patience = arguments.GetValue(_patience),
    };

    private static Option<int> Number(string name, string description, int byDefault) => new(name) { Description = description, DefaultValueFactory = _ => byDefault, HelpName = "N" };

    private static Option<double> Seconds(string name, string description, TimeSpan byDefault) =>
        new(name) { Description = description, DefaultValueFactory = _ => byDefault.TotalSeconds, HelpName = "S" };
}
