using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Factorization;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// What autoencoders are worth to a factorized model, on the same held-out images: how well they reconstruct, how their latents are spread, how much of a latent's energy the base holds, and
/// whether a downsampled latent decodes to the downsampled image.
/// </summary>
internal static class AutoencoderReport
{
    private const int Batch = 20, Shown = 8;

    /// <summary>Measures, prints a table, and writes a sheet: originals, reconstructions, downsampled originals, decoded downsampled latents.</summary>
    /// <param name="folders">Autoencoder folders; <c>pixels</c> stands for none, <c>FOLDER/taesd</c>, <c>taesd3</c> or <c>taef2</c> takes the published weights in FOLDER.</param>
    /// <param name="source">Held-out images.</param>
    /// <param name="size">Their side.</param>
    /// <param name="count">How many, spread over the source.</param>
    /// <param name="sheet">PNG file to write.</param>
    public static void Run(IReadOnlyList<string> folders, string source, int size, int count, string sheet)
    {
        using var images = ImageSources.Open(source);
        using var batches = new ImageBatches(images, size, new LoaderOptions());
        count = Math.Min(count, batches.Count);
        int[] indices = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * batches.Count / count))];
        Console.WriteLine($"{count} images of {images.Name}, {size} px; means over images, ± deviation between images");
        Console.WriteLine("| autoencoder | latent | PSNR, dB | SSIM | decoded half latent against half image, dB | half image through the autoencoder, dB | energy of the base | deviation of base, residual | mean, deviation of the channels |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        var rows = new List<RgbImage>();
        foreach (var folder in folders)
        {
            using var autoencoder = Load(folder);
            var measures = new AutoencoderMeasures(autoencoder.Config.LatentChannels);
            foreach (var chunk in indices.Chunk(Batch))
            {
                using var scope = NewDisposeScope();
                using var noGradient = no_grad();
                measures.Add(autoencoder, batches.At(chunk).Images);
            }
            Console.WriteLine($"| {Path.GetFileName(folder.TrimEnd('/')) switch { "autoencoder" => Path.GetFileName(Path.GetDirectoryName(folder.TrimEnd('/'))), var name => name }} {measures.Describe(size)}");
            rows.AddRange(Sheet(autoencoder, batches.At([.. Enumerable.Range(0, Shown).Select(i => indices[(int)((long)i * count / Shown)])]).Images));
        }
        PngFile.Write(sheet, ImageGrid.Make(rows, Shown));
    }

    private static IAutoencoder Load(string folder)
    {
        if (folder == "pixels") return Autoencoder.Create(new AutoencoderConfig { Kind = AutoencoderKind.Pixels });
        if (AutoencoderFolder.Exists(folder)) return AutoencoderFolder.Load(folder);
        return BenchAutoencoders.Load(Path.GetFileName(folder), Path.GetDirectoryName(folder) ?? "", ComputePrecision.Float32);
    }

    private static IEnumerable<RgbImage> Sheet(IAutoencoder autoencoder, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var latent = autoencoder.Encode(images).Mean;
        Tensor Enlarge(Tensor half) => nn.functional.interpolate(half, size: [images.shape[2], images.shape[3]], mode: InterpolationMode.Nearest);
        Tensor[] sheets = [images, autoencoder.Decode(latent), Enlarge(Resampling.Down(images)), Enlarge(autoencoder.Decode(Resampling.Down(latent)))];
        return [.. sheets.SelectMany(ImageTensors.ToImages)];
    }
}
