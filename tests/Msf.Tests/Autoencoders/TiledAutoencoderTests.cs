using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Autoencoders;

public sealed class TiledAutoencoderTests
{
    [Theory]
    [InlineData(37, 61)]
    [InlineData(16, 16)]
    [InlineData(5, 90)]
    public void Tiles_of_pixels_put_together_are_the_image(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var pixels = SmallAutoencoders.Create(SmallAutoencoders.Pixels);
        var tiled = new TiledAutoencoder(pixels, tile: 16, overlap: 5);
        var images = SmallAutoencoders.Images(2, height, width);
        TensorAssert.Close(images, tiled.Decode(tiled.Encode(images).Mean), 1e-6);
    }

    [Theory]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Tiny)]
    public void An_image_no_larger_than_a_tile_is_exactly_the_whole(AutoencoderKind kind)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Of(kind));
        var tiled = new TiledAutoencoder(autoencoder);
        var images = SmallAutoencoders.Images(1, 32, 48);
        var whole = autoencoder.Encode(images);
        var latent = tiled.Encode(images);
        Assert.True(TensorAssert.Identical(whole.Mean, latent.Mean));
        Assert.Equal(whole.LogVariance is null, latent.LogVariance is null);
        if (whole.LogVariance is { } logVariance) Assert.True(TensorAssert.Identical(logVariance, latent.LogVariance!));
        Assert.True(TensorAssert.Identical(autoencoder.Decode(whole.Mean), tiled.Decode(latent.Mean)));
    }

    [Fact]
    public void Away_from_the_seams_of_a_local_network_a_tile_gives_what_the_whole_gives()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var tiny = SmallAutoencoders.Create(new() { Kind = AutoencoderKind.Tiny, Tiny = new() { Width = 8 } });
        var latents = randn(1, 4, 8, 72);
        var whole = tiny.Decode(latents);
        var tiled = new TiledAutoencoder(tiny, tile: 48, overlap: 16).Decode(latents);
        // One level sees 10 to 20 pixels far at its size, together 25 of the latent; the second tile begins at column 24 and the first ends at 48.
        TensorAssert.Close(whole.narrow(3, 0, 8 * 20), tiled.narrow(3, 0, 8 * 20), 1e-5);
        TensorAssert.Close(whole.narrow(3, 8 * 52, 8 * 20), tiled.narrow(3, 8 * 52, 8 * 20), 1e-5);
        Assert.InRange(TensorAssert.MaximumDifference(whole, tiled), 1e-6, double.MaxValue);
    }

    [Fact]
    public void Odd_sizes_are_padded_with_their_last_pixels_and_cropped()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var tiny = SmallAutoencoders.Create(SmallAutoencoders.Tiny);
        var tiled = new TiledAutoencoder(tiny);
        var images = SmallAutoencoders.Images(1, 33, 21);
        var latent = tiled.Encode(images).Mean;
        Assert.Equal([1, 6, 5, 3], latent.shape);
        var padded = cat([images, images.narrow(2, 32, 1).expand(-1, -1, 7, -1)], 2);
        padded = cat([padded, padded.narrow(3, 20, 1).expand(-1, -1, -1, 3)], 3);
        Assert.True(TensorAssert.Identical(tiny.Encode(padded).Mean, latent));
        Assert.True(TensorAssert.Identical(tiny.Decode(latent).narrow(2, 0, 33).narrow(3, 0, 21), tiled.Decode(latent, 33, 21)));
        Assert.Throws<ArgumentException>(() => tiled.Decode(latent, 41, 21));
    }

    [Fact]
    public void No_tensor_stays_behind()
    {
        using var tiny = SmallAutoencoders.Create(SmallAutoencoders.Tiny);
        using var images = SmallAutoencoders.Images(1, 40, 24);
        LiveTensors.StayFlat(3, () =>
        {
            var tiled = new TiledAutoencoder(tiny, tile: 3, overlap: 1);
            using var latent = tiled.Encode(images);
            using var decoded = tiled.Decode(latent.Mean);
        });
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(8, 8)]
    [InlineData(8, -1)]
    public void Tiles_that_cannot_advance_are_refused(int tile, int overlap)
    {
        using var pixels = SmallAutoencoders.Create(SmallAutoencoders.Pixels);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TiledAutoencoder(pixels, tile, overlap));
    }
}
