using System.Globalization;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Photos through the published tiny autoencoders and back: PSNR of each, and a sheet with a row of originals and one a variant.</summary>
internal static class Reconstruction
{
    public static void Run(string weights, string output, int size, string[] photos)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var images = cat([.. photos.Select(path => BenchAutoencoders.Read(path, size))]);
        var sheet = ImageTensors.ToImages(images).ToList();
        Console.WriteLine($"| PSNR in dB, {size} px | {string.Join(" | ", photos.Select(Path.GetFileNameWithoutExtension))} | mean |");
        foreach (var name in new[] { "taesd", "taesd3", "taef2" })
        {
            using var autoencoder = BenchAutoencoders.Load(name, weights, ComputePrecision.Float32);
            var latent = autoencoder.Encode(images).Mean;
            var decoded = autoencoder.Decode(latent).clamp(-1, 1);
            sheet.AddRange(ImageTensors.ToImages(decoded));
            var errors = (decoded - images).pow(2).mean([1, 2, 3]) / 4;                       // in units of the range, 2
            var decibels = errors.data<float>().Select(error => -10 * Math.Log10(error)).ToArray();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {name} (latent deviation {latent.std().item<float>():F2}) | {string.Join(" | ", decibels.Select(value => value.ToString("F1", CultureInfo.InvariantCulture)))} | {decibels.Average():F1} |"));
        }
        PngFile.Write(output, ImageGrid.Make(sheet, photos.Length));
    }
}
