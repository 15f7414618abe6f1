using System.Diagnostics;
using System.Globalization;
using Msf.Autoencoders;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Tiles against the whole: largest difference of latents and images, and peak memory above what loading took. One case a process.</summary>
internal static class Tiling
{
    public static void Run(string name, string weights, string photo, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var autoencoder = BenchAutoencoders.Load(name, weights, ComputePrecision.Float32);
        var tiled = new TiledAutoencoder(autoencoder);
        var tile = BenchAutoencoders.Read(photo);
        var images = tile.repeat(1, 1, (height + 95) / 96, (width + 95) / 96).narrow(2, 0, height).narrow(3, 0, width).contiguous();
        var factor = autoencoder.Config.Factor;
        using (NewDisposeScope()) autoencoder.Decode(autoencoder.Encode(tile).Mean);          // the libraries are loaded
        var before = Status("VmRSS");

        var clock = Stopwatch.StartNew();
        var latent = tiled.Encode(images).Mean;
        var decoded = tiled.Decode(latent, height, width);
        var (tiledSeconds, tiledPeak) = (clock.Elapsed.TotalSeconds, Status("VmHWM") - before);

        // The whole comes second: its peak is above that of the tiles, so the kernel's high-water mark tells both.
        clock.Restart();
        var padded = nn.functional.pad(images, [0, (factor - width % factor) % factor, 0, (factor - height % factor) % factor], PaddingModes.Replicate);
        var wholeLatent = autoencoder.Encode(padded).Mean;
        var whole = autoencoder.Decode(latent).narrow(2, 0, height).narrow(3, 0, width);
        var (wholeSeconds, wholePeak) = (clock.Elapsed.TotalSeconds, Status("VmHWM") - before);
        double Largest(Tensor a, Tensor b) => a.sub(b).abs().max().item<float>();
        var deviation = wholeLatent.std().item<float>();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {height}x{width} | {Largest(latent, wholeLatent):F4} (deviation {deviation:F2}) | {Largest(decoded, whole):F4} | mean {decoded.sub(whole).abs().mean().item<float>():E1} | {tiledPeak / 1e6:F0} MB, {tiledSeconds:F1} s | {wholePeak / 1e6:F0} MB, {wholeSeconds:F1} s |"));
    }

    private static long Status(string name) =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
}
