using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Msf.Runtime;
using Tensorboard;

namespace Msf.Training;

/// <summary>
/// Writes a run's curves and sample sheets for TensorBoard; the step axis counts images over all stages. Every process that works on the run
/// begins a file of its own, and what earlier ones wrote beyond the checkpoint that it goes on from is removed, so no step is told twice.
/// </summary>
/// <remarks>TorchSharp's writer is not used: see docs/decisions/0014.</remarks>
internal sealed class TensorBoardLog
{
    private const string Prefix = "events.out.tfevents.";
    private readonly string _folder;
    private readonly TimeProvider _time;
    private string? _file;

    /// <summary>Names the folder; nothing is made before the first event.</summary>
    /// <param name="folder">Folder of the event files.</param>
    /// <param name="time">Clock of the events; null takes the system's.</param>
    public TensorBoardLog(string folder, TimeProvider? time = null) => (_folder, _time) = (folder, time ?? TimeProvider.System);

    private double Now => _time.GetUtcNow().ToUnixTimeMilliseconds() / 1e3;

    /// <summary>Removes events beyond a position, and what is no event; all of them where the position is 0.</summary>
    /// <param name="images">Position of the checkpoint that the run goes on from.</param>
    public void TruncateAfter(long images)
    {
        if (!Directory.Exists(_folder)) return;
        foreach (var path in Files())
        {
            var content = File.ReadAllBytes(path);
            var events = EventFile.Read(content, out var end);
            var kept = events.Where(what => what.Step <= images).ToArray();
            if (images == 0 || !kept.Any(what => what.WhatCase == Event.WhatOneofCase.Summary)) File.Delete(path);
            else if (kept.Length < events.Count || end < content.Length)
                AtomicFile.Write(path, stream => { foreach (var what in kept) EventFile.Write(stream, what); });
        }
    }

    /// <summary>Adds lines of metrics.</summary>
    public void Add(IEnumerable<MetricsLine> lines)
    {
        foreach (var line in lines)
        {
            var summary = new Summary();
            void Scalar(string tag, double? value)
            {
                if (value is { } number) summary.Value.Add(new Summary.Types.Value { Tag = tag, SimpleValue = (float)number });
            }

            Scalar($"loss/stage{line.Stage}", line.Loss);
            Scalar($"gradient_norm/stage{line.Stage}", line.GradientNorm);
            Scalar($"learning_rate/stage{line.Stage}", line.LearningRate);
            Scalar($"skipped_steps/stage{line.Stage}", line.SkippedSteps);
            for (var i = 0; i < line.LossByTime?.Count; i++)
                Scalar(string.Create(CultureInfo.InvariantCulture, $"loss_by_time_stage{line.Stage}/t{(i + 0.5) / line.LossByTime.Count:F4}"), line.LossByTime[i]);
            foreach (var (name, value) in line.Parts ?? new Dictionary<string, double>()) Scalar($"parts/{name}", value);
            Scalar("run/images_per_second", line.ImagesPerSecond);
            Scalar("run/live_tensors", line.LiveTensors);
            Scalar("run/resident_megabytes", line.ResidentBytes / 1e6);
            Append(line.Images, summary);
        }
    }

    /// <summary>Adds a sample sheet.</summary>
    /// <param name="images">Images over all stages.</param>
    /// <param name="path">A PNG file in RGB.</param>
    public void AddSheet(long images, string path)
    {
        var png = File.ReadAllBytes(path);
        int Size(int at) => BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));              // of the header, which comes first
        var image = new Summary.Types.Image { Width = Size(16), Height = Size(20), Colorspace = 3, EncodedImageString = ByteString.CopyFrom(png) };
        Append(images, new Summary { Value = { new Summary.Types.Value { Tag = "samples", Image = image } } });
    }

    private void Append(long images, Summary summary)
    {
        if (_file is null) Begin(images);
        using var stream = new FileStream(_file!, FileMode.Append, FileAccess.Write, FileShare.Read);
        EventFile.Write(stream, new Event { WallTime = Now, Step = images, Summary = summary });
    }

    // The start of a session makes a TensorBoard that is looking on forget what it has seen from here on.
    private void Begin(long images)
    {
        Directory.CreateDirectory(_folder);
        var number = Files().Select(NumberOf).DefaultIfEmpty(-1).Max() + 1;
        _file = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D10}.msf"));
        using var stream = new FileStream(_file, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        EventFile.Write(stream, new Event { WallTime = Now, FileVersion = "brain.Event:2" });
        EventFile.Write(stream, new Event { WallTime = Now, Step = images, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
    }

    private string[] Files() => [.. Directory.GetFiles(_folder, $"{Prefix}*").Order(StringComparer.Ordinal)];

    private static long NumberOf(string path) =>
        long.TryParse(Path.GetFileName(path)[Prefix.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
