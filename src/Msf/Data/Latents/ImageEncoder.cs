using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Msf.Autoencoders;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>Encodes images of a set into the records of a latent cache. Works on one thread but for the decoding of the images.</summary>
/// <param name="source">The images.</param>
/// <param name="plan">A valid plan.</param>
/// <param name="autoencoder">Encodes.</param>
/// <param name="device">Where the autoencoder is.</param>
internal sealed class ImageEncoder(IImageSource source, LatentPlan plan, IAutoencoder autoencoder, Device device)
{
    private const ushort NotFinite = 0x7C00;                                                  // the exponent of infinities and of what is no number, in float16

    /// <summary>Encodes images that follow one another in the set, and adds them to a shard.</summary>
    /// <param name="first">Place of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="writer">Receives them.</param>
    public void Encode(int first, int count, LatentShardWriter writer)
    {
        var images = new RgbImage?[count];
        var faults = new BrokenImage?[count];
        PixelStore.ForEach(count, i => (images[i], faults[i]) = Read(first + i));
        int[] good = [.. Enumerable.Range(0, count).Where(i => images[i] is not null)];
        var views = good.Length == 0 ? [] : Views([.. good.Select(i => images[i]!)]);
        for (var (i, next) = (0, 0); i < count; i++)
        {
            if (faults[i] is null && HasInfinity(views[next]))
                faults[i] = new BrokenImage(source.NameAt(first + i), "is given a latent that is not finite by this autoencoder in float16; use another autoencoder, or leave the image out.");
            if (images[i] is { } image && faults[i] is null)
                writer.Add(first + i, source.LabelAt(first + i), source.NameAt(first + i), SHA256.HashData(image.Pixels), views[next]);
            else
                writer.AddBroken(faults[i]!);
            if (images[i] is not null) next++;
        }
    }

    private (RgbImage?, BrokenImage?) Read(int index)
    {
        try
        {
            return (ImageResizer.Fit(source.Read(index).Image, plan.ImageSize), null);
        }
        catch (Exception e) when (BrokenImages.IsBroken(e))
        {
            return (null, BrokenImage.From(source.NameAt(index), e));
        }
    }

    // The records of every image: its latent, then the mirrored one's.
    private byte[][] Views(RgbImage[] images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        var pixels = Pixels(images).to(device);                                               // (B, 3, H, W)
        var views = new List<Tensor> { Records(pixels) };
        if (plan.Flips) views.Add(Records(pixels.flip(3)));
        var records = stack(views, 1).contiguous().cpu();                                     // (B, views, planes, h, w)
        var size = plan.Views * plan.RecordBytes;
        var bytes = records.bytes;
        var result = new byte[images.Length][];
        for (var i = 0; i < images.Length; i++) result[i] = bytes.Slice(i * size, size).ToArray();
        return result;
    }

    private Tensor Records(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var latents = autoencoder.Encode(pixels);
        var planes = latents.LogVariance is { } logVariance ? cat([latents.Mean, logVariance.Times(0.5).exp()], 1) : latents.Mean;
        return planes.to_type(ScalarType.Float16).MoveToOuterDisposeScope();
    }

    private Tensor Pixels(RgbImage[] images)
    {
        using var scope = NewDisposeScope();
        var levels = empty([images.Length, plan.ImageSize, plan.ImageSize, 3], ScalarType.Byte, CPU);
        for (var i = 0; i < images.Length; i++) images[i].Pixels.CopyTo(levels.bytes[(i * images[i].Pixels.Length)..]);
        return levels.permute(0, 3, 1, 2).contiguous().to_type(ScalarType.Float32).Times(1 / 127.5).Plus(-1).MoveToOuterDisposeScope();
    }

    private static bool HasInfinity(byte[] record)
    {
        foreach (var bits in MemoryMarshal.Cast<byte, ushort>(record))
            if ((bits & NotFinite) == NotFinite) return true;
        return false;
    }
}
