using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>
/// Encodes and decodes images of any size in overlapping tiles that are blended linearly: memory beyond input and result is that of one tile. Not exactly what the whole
/// would give: a pixel near a seam has seen no farther than its tile, and a family with attention or group normalisation sees the whole image otherwise.
/// </summary>
/// <param name="autoencoder">Does the work; still owned by the caller.</param>
/// <param name="tile">Side of a tile in pixels of the latent; default 64.</param>
/// <param name="overlap">What two neighbours share at least, in pixels of the latent; default 16.</param>
public sealed class TiledAutoencoder(IAutoencoder autoencoder, int tile = 64, int overlap = 16)
{
    private readonly int _tile = tile >= 1 ? tile : throw new ArgumentOutOfRangeException(nameof(tile), tile, "expected at least 1.");
    private readonly int _overlap = overlap >= 0 && overlap < tile
        ? overlap
        : throw new ArgumentOutOfRangeException(nameof(overlap), overlap, $"expected 0 to {tile - 1}, less than a tile.");

    /// <summary>Encodes images of any size; where a side is no multiple of the factor, its last row or column of pixels is repeated up to one.</summary>
    /// <param name="images">(B, C_image, H, W) in [-1, 1].</param>
    /// <returns>Distribution or point, (B, C, ⌈H / factor⌉, ⌈W / factor⌉), without gradients, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public LatentDistribution Encode(Tensor images)
    {
        var config = autoencoder.Config;
        ShapeGuard.Require(images, nameof(images), -1, config.ImageChannels, -1, -1);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (below, right) = (Missing(images.shape[2], config.Factor), Missing(images.shape[3], config.Factor));
        var padded = below + right == 0 ? images : nn.functional.pad(images, [0, right, 0, below], PaddingModes.Replicate);
        var distribution = false;
        var moments = Blend(padded, config.Factor, 1, piece =>
        {
            var latent = autoencoder.Encode(piece);
            distribution = latent.LogVariance is not null;
            return latent.LogVariance is { } logVariance ? cat([latent.Mean, logVariance], 1) : latent.Mean;
        });
        if (!distribution) return new LatentDistribution(moments.MoveToOuterDisposeScope(), null);
        var parts = moments.chunk(2, dim: 1);
        return new LatentDistribution(parts[0].contiguous().MoveToOuterDisposeScope(), parts[1].contiguous().MoveToOuterDisposeScope());
    }

    /// <summary>Decodes latents of any size.</summary>
    /// <param name="latents">(B, C, h, w).</param>
    /// <param name="height">Height of the images to keep, at most h factor; all of it when null.</param>
    /// <param name="width">Width of the images to keep, at most w factor; all of it when null.</param>
    /// <returns>Images, (B, C_image, height, width), without gradients, nominally in [-1, 1], owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public Tensor Decode(Tensor latents, long? height = null, long? width = null)
    {
        var config = autoencoder.Config;
        ShapeGuard.Require(latents, nameof(latents), -1, config.LatentChannels, -1, -1);
        var (fullHeight, fullWidth) = (latents.shape[2] * config.Factor, latents.shape[3] * config.Factor);
        if (height > fullHeight || width > fullWidth || height < 1 || width < 1)
            throw new ArgumentException($"{height} x {width} pixels were asked for, the latents give {fullHeight} x {fullWidth}; ask for no more.");
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var images = Blend(latents, 1, config.Factor, autoencoder.Decode);
        return images.narrow(2, 0, height ?? fullHeight).narrow(3, 0, width ?? fullWidth).contiguous().MoveToOuterDisposeScope();
    }

    private static long Missing(long side, int factor) => (factor - (side % factor)) % factor;

    // Units are pixels for one pixel of the latent, so that tiles of input and result lie on each other.
    private Tensor Blend(Tensor input, int inputUnit, int resultUnit, Func<Tensor, Tensor> map)
    {
        var (rows, columns) = (
            new TileAxis(input.shape[2] / inputUnit, _tile, _overlap), new TileAxis(input.shape[3] / inputUnit, _tile, _overlap));
        Tensor? sum = null, total = null;
        foreach (var row in rows.Starts)
        {
            foreach (var column in columns.Starts)
            {
                using var scope = NewDisposeScope();
                Tensor Cut(Tensor whole, int unit) => whole.narrow(2, row * unit, rows.Size * unit).narrow(3, column * unit, columns.Size * unit);
                var result = map(Cut(input, inputUnit).contiguous());                         // (B, C, tile, tile)
                if (sum is null)
                {
                    long[] size = [input.shape[2] / inputUnit * resultUnit, input.shape[3] / inputUnit * resultUnit];
                    sum = zeros([input.shape[0], result.shape[1], .. size], device: input.device).MoveToOuterDisposeScope();
                    total = zeros([1, 1, .. size], device: input.device).MoveToOuterDisposeScope();
                }
                var weight = tensor(rows.Weights(row, resultUnit), device: input.device).view(1, 1, -1, 1)
                    .mul(tensor(columns.Weights(column, resultUnit), device: input.device).view(1, 1, 1, -1));
                Cut(sum, resultUnit).AddInPlace(result.mul(weight));
                Cut(total!, resultUnit).AddInPlace(weight);
            }
        }
        sum!.div_(total!);
        return sum;
    }
}
