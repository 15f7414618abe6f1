using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Autoencoders;

public sealed class AutoencoderLossTests
{
    private static readonly AutoencoderLossConfig _equivariant = new() { ScaleEquivariance = new ScaleEquivarianceConfig { Weight = 0.5, Factors = [2, 4] } };

    // Decodes to the latent plus a constant: reconstructions are wrong, and equally wrong at every size.
    private sealed class Shifted(double by, double logVariance = -60) : IAutoencoder
    {
        public AutoencoderConfig Config { get; } = new() { Kind = AutoencoderKind.Pixels };

        public nn.Module? Network => null;

        public string Identity => "";

        public List<long> DecodedSides { get; } = [];

        public LatentDistribution Encode(Tensor images) => new(images.alias(), full_like(images, logVariance));

        public Tensor Decode(Tensor latents)
        {
            DecodedSides.Add(latents.shape[2]);
            return latents + by;
        }

        public void Dispose()
        {
        }
    }

    [Fact]
    public void What_reconstructs_at_every_size_has_no_loss()
    {
        using var scope = NewDisposeScope();
        var result = Compute(_equivariant with { Kl = 0 }, new Shifted(0), Images());
        Assert.InRange(result.Reconstruction.item<float>(), -1e-5, 1e-5);
        Assert.True(result.Parts["psnr"].item<float>() > 90);
    }

    [Fact]
    public void The_parts_are_means_and_the_sum_is_weighted()
    {
        using var scope = NewDisposeScope();
        var images = Images();
        var config = new AutoencoderLossConfig { L1 = 2, MsSsim = 0, Kl = 0.25, ScaleEquivariance = new ScaleEquivarianceConfig { Weight = 3 } };
        var result = Compute(config, new Shifted(0.1), images);
        var divergence = 0.5 * (images.pow(2).mean().item<float>() + 60 - 1);                 // σ² is nothing
        Assert.Equal(0.1, result.Parts["l1"].item<float>(), 4);
        Assert.Equal(divergence, result.Parts["kl"].item<float>(), 3);
        Assert.Equal(2 * 0.1, result.Parts["equivariance"].item<float>(), 4);
        Assert.Equal(10 * Math.Log10(4 / 0.01), result.Parts["psnr"].item<float>(), 2);
        Assert.Equal(2 * 0.1 + 0.25 * divergence + 3 * 2 * 0.1, result.Reconstruction.item<float>(), 3);
        Assert.DoesNotContain("msSsim", result.Parts.Keys);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(0.25, 25)]
    public void The_equivariance_comes_as_often_as_asked_and_in_every_factor(double probability, int expected)
    {
        using var scope = NewDisposeScope();
        var autoencoder = new Shifted(0.1);
        for (var step = 0; step < 100; step++)
            Compute(_equivariant with { ScaleEquivariance = _equivariant.ScaleEquivariance! with { Probability = probability } }, autoencoder, Images(), step);
        Assert.Equal(100, autoencoder.DecodedSides.Count(side => side == 32));
        var (half, quarter) = (autoencoder.DecodedSides.Count(side => side == 16), autoencoder.DecodedSides.Count(side => side == 8));
        Assert.InRange(half + quarter, 0.6 * expected, Math.Min(100, 1.5 * expected));
        Assert.InRange(half, 0.25 * expected, 0.8 * expected);
    }

    [Fact]
    public void Runs_with_and_without_equivariance_see_the_same_noise()
    {
        using var scope = NewDisposeScope();
        var images = Images();
        var (without, with) = (Compute(new AutoencoderLossConfig(), new Shifted(0, -2), images), Compute(_equivariant, new Shifted(0, -2), images));
        Assert.True(TensorAssert.Identical(without.Decoded, with.Decoded));
        Assert.False(TensorAssert.Identical(without.Decoded, Compute(_equivariant, new Shifted(0, -2), images, 1).Decoded));
    }

    [Theory]
    [InlineData("l1 is -1", -1, 0.1, 1e-4)]
    [InlineData("msSsim is NaN", 1, double.NaN, 1e-4)]
    [InlineData("kl is", 1, 0.1, double.PositiveInfinity)]
    [InlineData("both 0", 0, 0, 1e-4)]
    public void What_cannot_be_is_said(string expected, double l1, double msSsim, double kl) =>
        Assert.Contains(expected, Assert.Single(new AutoencoderLossConfig { L1 = l1, MsSsim = msSsim, Kl = kl }.Validate()), StringComparison.Ordinal);

    [Fact]
    public void All_errors_of_the_options_are_told_at_once()
    {
        Assert.Empty(_equivariant.Validate());
        var errors = new AutoencoderLossConfig
        {
            ScaleEquivariance = new ScaleEquivarianceConfig { Weight = 0, Probability = 2, Factors = [2, 3] },
            Discriminator = new DiscriminatorConfig { Weight = -1, Layers = 6, Width = 0, StartImages = -1, LearningRate = 0, MostAdaptiveWeight = 0 },
            Perceptual = new PerceptualConfig { File = " ", Weight = 0 },
        }.Validate();
        Assert.Equal(11, errors.Count);
        Assert.Equal(3, errors.Count(error => error.StartsWith("scaleEquivariance: ", StringComparison.Ordinal)));
        Assert.Equal(6, errors.Count(error => error.StartsWith("discriminator: ", StringComparison.Ordinal)));
    }

    private static Tensor Images() => rand(2, 3, 32, 32) * 2 - 1;

    private static AutoencoderLossResult Compute(AutoencoderLossConfig config, IAutoencoder autoencoder, Tensor images, int step = 0)
    {
        using var generator = new Generator((ulong)step + 11);
        return new AutoencoderLoss(config).Compute(autoencoder, images, generator);
    }
}
