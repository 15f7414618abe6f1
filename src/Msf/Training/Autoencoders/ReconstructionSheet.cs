using Msf.Autoencoders;
using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Draws originals, and below each row what an autoencoder makes of them.</summary>
public static class ReconstructionSheet
{
    private const int Columns = 8;

    /// <summary>Encodes to the mean, decodes and writes one sheet.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="images">Originals, (B, 3, H, W), in [-1, 1].</param>
    /// <param name="path">PNG file to write; its folder is made.</param>
    /// <exception cref="IOException">The sheet could not be written.</exception>
    public static void Write(IAutoencoder autoencoder, Tensor images, string path)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rows = new List<RgbImage>();
        for (long first = 0; first < images.shape[0]; first += Columns)
        {
            var row = images.narrow(0, first, Math.Min(Columns, images.shape[0] - first));    // (b, 3, H, W)
            var blank = new RgbImage(new byte[3 * images.shape[2] * images.shape[3]], (int)images.shape[3], (int)images.shape[2]);
            foreach (var tensor in new[] { row, autoencoder.Decode(autoencoder.Encode(row).Mean) })
                rows.AddRange(ImageTensors.ToImages(tensor).Concat(Enumerable.Repeat(blank, Columns)).Take(Columns));
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        PngFile.Write(path, ImageGrid.Make(rows, Columns));
    }
}
