using Msf.Autoencoders;
using Msf.Data;
using Msf.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class EncodedBatchesTests
{
    private const long Seed = 7;

    [Fact]
    public void Nothing_is_left_of_a_batch_in_whatever_scope_it_was_made()
    {
        using var source = new SyntheticImageSource(16, 32);
        using var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Tiny);
        using var batches = Batches(source, autoencoder, new LoaderOptions { Seed = Seed, Augmentation = new AugmentationConfig { NonLeaky = new NonLeakyConfig() } });
        LiveTensors.StayFlat(3, () =>
        {
            batches.Next(2, Cancellation).Dispose();
            batches.At([1, 2]).Dispose();
        });
        LiveTensors.StayFlat(3, () =>
        {
            using var scope = NewDisposeScope();
            Assert.NotNull(batches.Next(2, Cancellation).AugmentationLabels);
            batches.At([1, 2]);
        });
        LiveTensors.StayFlat(3, () =>
        {
            using var outer = NewDisposeScope();
            using var scope = NewDisposeScope();
            batches.Next(2, Cancellation);
            Assert.Equal(3, scope.DisposablesView.Count);                                     // images and both kinds of labels
        });
    }

    [Theory]
    [InlineData(AutoencoderKind.Tiny)]
    [InlineData(AutoencoderKind.Kl)]
    public void Images_are_encoded_few_at_a_time_and_the_batch_is_that_of_all_at_once(AutoencoderKind kind)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var source = new SyntheticImageSource(16, 64);
        using var autoencoder = new Watched(SmallAutoencoders.Create(SmallAutoencoders.Of(kind)));
        var options = new LoaderOptions { Seed = Seed };
        using var batches = Batches(source, autoencoder, options);
        using var images = new ImageBatches(source, 16, options);
        (batches.Position, images.Position) = (20, 20);
        int[] places = [.. Enumerable.Range(0, 20).Select(i => 3 * i)];
        var (next, at) = (images.Next(37, Cancellation), images.At(places));
        var noise = new LatentNoise(Seed);
        var (expectedNext, expectedAt) =
            (noise.Training(autoencoder.Config, autoencoder.Encode(next.Images), 20), noise.At(autoencoder.Config, autoencoder.Encode(at.Images), places));
        autoencoder.Encoded.Clear();

        var (actualNext, actualAt) = (batches.Next(37, Cancellation), batches.At(places));
        TensorAssert.Close(expectedNext, actualNext.Images, relative: 1e-6);
        TensorAssert.Close(expectedAt, actualAt.Images, relative: 1e-6);
        Assert.True(TensorAssert.Identical(next.Labels, actualNext.Labels));
        Assert.True(TensorAssert.Identical(at.Labels, actualAt.Labels));
        Assert.Equal([16, 16, 5, 16, 4], autoencoder.Encoded);
        Assert.Equal(57, batches.Position);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static EncodedBatches Batches(SyntheticImageSource source, IAutoencoder autoencoder, LoaderOptions options) =>
        new(new ImageBatches(source, 16, options), autoencoder, CPU, options.Seed);

    /// <summary>Remembers how many images it was given at once.</summary>
    private sealed class Watched(IAutoencoder inner) : IAutoencoder
    {
        public List<long> Encoded { get; } = [];

        public AutoencoderConfig Config => inner.Config;

        public nn.Module? Network => inner.Network;

        public string Identity => inner.Identity;

        public LatentDistribution Encode(Tensor images)
        {
            Encoded.Add(images.shape[0]);
            return inner.Encode(images);
        }

        public Tensor Decode(Tensor latents) => inner.Decode(latents);

        public void Dispose() => inner.Dispose();
    }
}
