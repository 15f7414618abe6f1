using System.Globalization;
using System.Text.Json;
using Msf.Data;
using Msf.Evaluation;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Between what figures lie: a data set's training images against its own test images (the floor), against copies of training images, against blurred test images and against noise (the
/// ceiling), with a feature network. What was gathered is kept in a folder and taken up again.
/// </summary>
internal static class MetricRange
{
    private const int Batch = 100, Saved = 1000;

    public static void Run(string weights, string train, string test, int size, int reference, int count, string folder)
    {
        Directory.CreateDirectory(folder);
        using var network = TorchScriptFeatures.Load(weights);
        var options = new EvaluationOptions();
        using var known = (IImageSource)ImageSources.Open(train, null);
        using var unknown = (IImageSource)ImageSources.Open(test, null);
        var (training, testing) = (ImageBytes.Order(known.Count), ImageBytes.Order(unknown.Count));
        count = Math.Min(count, unknown.Count);
        var heldOut = Math.Min(count, known.Count / 10);                                      // training images that the reference is spared
        reference = Math.Min(reference, known.Count - heldOut);
        string[] classes = [.. known.Classes.Select(c => c.Name)];
        EvaluationSet Gather(string name, IImageSource source, int[] places, Func<Tensor, long, Tensor>? change = null)
        {
            var file = Path.Combine(folder, $"{name}-{network.Digest[..8]}-{size}-{places.Length}.npz");
            var set = File.Exists(file) ? EvaluationSet.Read(file, network, options) : new EvaluationSet(network, options, name, classes);
            if (set.Count == places.Length) return set;
            foreach (var some in places.Skip((int)set.Count).Chunk(Batch))
            {
                Add(set, source, some, size, change);
                if (set.Count % Saved == 0) set.Write(file);                                  // what was gathered is gone on with
            }
            set.Write(file);
            Console.Error.WriteLine(file);
            return set;
        }
        using var data = Gather("train", known, training[..reference]);
        using var held = Gather("held-out", known, training[reference..(reference + heldOut)]);
        using var metrics = new MetricReference(data, options, held);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"\n{network.Name} ({network.Width} features), {Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(train)))} at {size} px: {reference} training images against {count}\n"));
        Console.WriteLine("| samples | FID | FID at infinity | IS | KID x 1000 | precision | recall | density | coverage | accuracy | nearer than held out (features / pixels) | base energy | residual energy | highest octave |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        (string, Func<EvaluationSet>)[] rows =
        [
            ("test images", () => Gather("test", unknown, testing[..count])),
            ("copies of training images", () => Gather("copies", known, training[..count])),
            ("blurred test images", () => Gather("blurred", unknown, testing[..count], (images, _) => Blur(images))),
            ("noise", () => Gather("noise", unknown, testing[..count], Noise)),
        ];
        foreach (var (name, gather) in rows)
        {
            using var samples = gather();
            var result = metrics.Measure(samples);
            AtomicFile.Write(Path.Combine(folder, $"{name.Replace(' ', '-')}-{network.Digest[..8]}-{size}.json"), stream => JsonSerializer.Serialize(stream, result, JsonFormat.Indented));
            Console.WriteLine(Row(name, result));
        }
    }

    private static string Row(string name, MetricSet m)
    {
        static string With(double? value, double? error, string format, double scale = 1) => value is null ? "-" : error is null
            ? (scale * value.Value).ToString(format, CultureInfo.InvariantCulture)
            : $"{(scale * value.Value).ToString(format, CultureInfo.InvariantCulture)} ± {(scale * error.Value).ToString(format, CultureInfo.InvariantCulture)}";
        static string Error(BandEnergy band) => band.Error is { } error ? Math.Round(100 * error, 1).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " %" : "-";
        var bands = m.Bands!.Frequencies[(m.Bands.Frequencies.Length / 2)..];
        var (d, s) = (bands.Sum(band => band.Data), bands.Sum(band => band.Samples));
        var octave = new BandEnergy("", d, s, s / d - 1, null);
        return $"| {name} | {With(m.FrechetDistance, m.Errors.FrechetDistance, "F2")} | {With(m.FrechetDistanceInfinity, m.Errors.FrechetDistanceInfinity, "F2")} | {With(m.InceptionScore?.Mean, m.Errors.InceptionScore, "F2")} "
            + $"| {With(m.Kid, m.Errors.Kid, "F2", 1000)} | {With(m.Precision, m.Errors.Precision, "F3")} | {With(m.Recall, m.Errors.Recall, "F3")} | {With(m.Density, m.Errors.Density, "F3")} | {With(m.Coverage, m.Errors.Coverage, "F3")} "
            + $"| {With(m.ClassAccuracy, m.Errors.ClassAccuracy, "F3")} | {With(m.Neighbours!.Features.CloserThanHeldOut, null, "P1")} / {With(m.Neighbours.Pixels?.CloserThanHeldOut, null, "P1")} "
            + $"| {Error(m.Bands.Components[0])} | {Error(m.Bands.Components[^1])} | {Error(octave)} |";
    }

    private static void Add(EvaluationSet set, IImageSource source, int[] places, int size, Func<Tensor, long, Tensor>? change)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var images = ImageBytes.Read(source, places, size);
        set.Add(change is null ? images : change(images, set.Count), [.. places.Select(source.LabelAt)], [.. places.Select(place => (long)place)]);
    }

    // To half the size and back.
    private static Tensor Blur(Tensor images)
    {
        var x = images.to(ScalarType.Float32);
        var half = nn.functional.avg_pool2d(x, 2);
        return nn.functional.interpolate(half, [x.shape[2], x.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false).round().to(ScalarType.Byte);
    }

    private static Tensor Noise(Tensor images, long first)
    {
        using var generator = SeededNoise.Generator(0, first);
        return rand(images.shape, generator: generator).Times(255.999).floor().to(ScalarType.Byte);
    }
}
