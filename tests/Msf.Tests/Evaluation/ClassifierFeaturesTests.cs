using Msf.Evaluation;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class ClassifierFeaturesTests : IDisposable
{
    private readonly SmallEvaluation _small = new();

    [Fact]
    public void What_it_says_of_an_image_does_not_depend_on_the_batch_and_all_at_once_is_one_by_one()
    {
        using var scope = NewDisposeScope();
        using var network = FeatureNetworks.Open(_small.Place("classifier"));
        Assert.Equal((8, 3, "small"), (network.Width, network.Classes, network.Name));
        Assert.Equal(["ant", "bee", "2"], network.ClassNames);
        var images = randint(0, 256, [5, 3, 12, 12], ScalarType.Byte); // resized to 8
        var batch = network.Extract(images, probabilities: true, spatial: true);
        TensorAssert.Close(batch.Features, network.Features(images), 1e-6);
        TensorAssert.Close(batch.Probabilities!, network.Probabilities(images), 1e-6);
        TensorAssert.Close(batch.Features.narrow(0, 2, 1), network.Features(images.narrow(0, 2, 1)), 1e-5);
        Assert.Equal(5, batch.Probabilities!.sum().item<float>(), 1e-4);
        Assert.Null(batch.Spatial);
        Assert.Null(network.Extract(images, probabilities: false, spatial: false).Probabilities);
        Assert.Throws<ArgumentException>(() => network.Features(images.to(ScalarType.Float32)));
    }

    [Fact]
    public void A_run_stands_for_the_model_in_it_and_the_digest_is_that_of_weights_and_size()
    {
        Directory.CreateDirectory(_small.Place("run"));
        foreach (var file in Directory.GetFiles(_small.Place("classifier")))
        {
            Directory.CreateDirectory(_small.Place("run/model"));
            File.Copy(file, Path.Combine(_small.Place("run/model"), Path.GetFileName(file)));
        }
        using var direct = FeatureNetworks.Open(_small.Place("classifier"));
        using var run = FeatureNetworks.Open(_small.Place("run"));
        Assert.Equal(direct.Digest, run.Digest);
        Assert.Matches("^[0-9a-f]{64}$", direct.Digest);
        Assert.Throws<FileNotFoundException>(() => FeatureNetworks.Open("nowhere.pt"));
        Assert.Throws<DirectoryNotFoundException>(() => FeatureNetworks.Open(_small.Place("data")));
    }

    public void Dispose() => _small.Dispose();
}
