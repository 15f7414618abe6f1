using System.Globalization;
using Msf.Data;

namespace Msf.Browser.Tests;

/// <summary>A folder with one small run in it, as training writes it: metrics of two stages and sheets.</summary>
internal static class Runs
{
    internal const string Name = "small-run";
    private static readonly Lazy<string> _folder = new(Make);

    /// <summary>What <c>--runs</c> gets.</summary>
    internal static string Folder => _folder.Value;

    /// <summary>Adds lines of metrics and a sheet, as a run that goes on does.</summary>
    internal static void Grow(int from, int to)
    {
        var run = Path.Combine(Folder, Name);
        using (var metrics = File.AppendText(Path.Combine(run, "metrics.jsonl")))
            for (var line = from; line < to; line++)
                for (var stage = 0; stage < 2; stage++)
                    metrics.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $$"""{"step":{{line + 1}},"images":{{(line + 1) * 64}},"stage":{{stage}},"loss":{{(1 + stage) / (1 + 0.2 * line):F4}},"gradientNorm":0.5,"learningRate":0.0001,"imagesPerSecond":99.5}"""));
        var pixels = new byte[16 * 16 * 3];
        Array.Fill(pixels, (byte)(40 + 3 * to));
        PngFile.Write(Path.Combine(run, "samples", $"{to * 64:D9}.png"), new RgbImage(pixels, 16, 16));
    }

    internal static void Delete()
    {
        if (_folder.IsValueCreated) Directory.Delete(_folder.Value, recursive: true);
    }

    private static string Make()
    {
        var folder = Directory.CreateTempSubdirectory("msf-runs-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, Name, "samples"));
        return folder;
    }
}
