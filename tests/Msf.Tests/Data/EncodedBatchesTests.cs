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

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static EncodedBatches Batches(SyntheticImageSource source, IAutoencoder autoencoder, LoaderOptions options) =>
        new(new ImageBatches(source, 16, options), autoencoder, CPU, options.Seed);
}
