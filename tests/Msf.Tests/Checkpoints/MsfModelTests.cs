using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Tests.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

[Collection(SequentialTraining.Name)]
public sealed class MsfModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MsfModelTests()
    {
        using var scope = NewDisposeScope();
        ModelFolder.Save(_folder["model"], SmallModels.Manifest, SmallModels.Weights(), ScalarType.Float16);
    }

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void The_same_request_gives_the_same_images_also_from_another_copy_of_the_model(ComputePrecision precision)
    {
        using var scope = NewDisposeScope();
        using var first = MsfModel.Load(_folder["model"], precision: precision);
        using var second = MsfModel.Load(_folder["model"], precision: precision);
        Assert.Equal(precision, first.Precision);
        var images = Sample(first, [0, 1, 2], seed: 7);
        Assert.Equal([3, 3, 8, 8], images.shape);
        Assert.Equal(ScalarType.Float32, images.dtype);
        Assert.True(images.isfinite().all().item<bool>());
        Assert.True(TensorAssert.Identical(images, Sample(first, [0, 1, 2], seed: 7)));
        Assert.True(TensorAssert.Identical(images, Sample(second, [0, 1, 2], seed: 7)));
        Assert.False(TensorAssert.Identical(images, Sample(first, [0, 1, 2], seed: 8)));
        Assert.False(TensorAssert.Identical(images, Sample(first, [1, 1, 2], seed: 7)));
    }

    [Fact]
    public void A_model_outlives_the_scope_in_which_it_was_loaded()
    {
        MsfModel model;
        using (NewDisposeScope()) model = MsfModel.Load(_folder["model"], precision: ComputePrecision.BFloat16);
        using (model)
        {
            using var scope = NewDisposeScope();
            Assert.True(Sample(model, [0], seed: 1).isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void Sampling_leaves_nothing_behind_but_the_images()
    {
        using var model = MsfModel.Load(_folder["model"], precision: ComputePrecision.Float32);
        LiveTensors.StayFlat(10, () => Sample(model, [0, 1], seed: 3).Dispose());
    }

    [Fact]
    public void A_model_that_is_not_whole_or_not_there_is_refused()
    {
        File.Delete(_folder["model/stage1.safetensors"]);
        Assert.Throws<FileNotFoundException>(() => MsfModel.Load(_folder["model"], precision: ComputePrecision.Float32));
        Assert.Throws<DirectoryNotFoundException>(() => MsfModel.Load(_folder["nothing"], precision: ComputePrecision.Float32));
    }

    public void Dispose() => _folder.Dispose();

    private static Tensor Sample(MsfModel model, int[] labels, long seed) =>
        model.Sample(model.Request(labels, seed), cancellation: TestContext.Current.CancellationToken);
}
