using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Factorization;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public sealed class WeakerModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Of_other_components_it_is_refused_in_one_line()
    {
        var manifest = SmallModels.Manifest;
        Assert.Null(WeakerModel.Difference(manifest, manifest));
        var small = manifest with { Model = manifest.Model with { Name = "smaller", Stages = [.. manifest.Model.Stages.Select(stage => stage with { Width = 8 })] } };
        Assert.Null(WeakerModel.Difference(small, manifest));
        void Differs(string expected, ModelManifest guide) => Assert.Contains(expected, WeakerModel.Difference(guide, manifest), StringComparison.Ordinal);
        Differs("1 levels", manifest with { Model = manifest.Model with { Factorization = new() { Levels = 1 } } });
        Differs("Nearest upsampling", manifest with { Model = manifest.Model with { Factorization = new() { Upsample = UpsampleFilter.Nearest } } });
        Differs("it makes 3 x 16 x 8, expected 3 x 8 x 8", manifest with { Model = manifest.Model with { Size = [16, 8] } });
        Differs("it makes 4 x 8 x 8", manifest with { Model = manifest.Model with { Channels = 4 } });
        Differs("it has 4 classes, expected 3", manifest with { Model = manifest.Model with { Classes = 4 } });
        Differs("other names", manifest with { ClassNames = ["bee", "ant", "2"] });
        Differs("it predicts Noise on the path Linear", manifest with { Diffusion = new() { Prediction = PredictionKind.Noise } });
        Differs("VariancePreservingCosine", manifest with { Diffusion = new() { Path = PathKind.VariancePreservingCosine } });
        Differs("another autoencoder", manifest with { AutoencoderIdentity = new string('a', 64) });
        Differs("other statistics", manifest with { Statistics = Shifted(0.1) });
        Assert.Null(WeakerModel.Difference(manifest with { Statistics = Shifted(1e-4) }, manifest));
    }

    [Fact]
    public void A_loaded_model_is_guided_by_another_and_owns_it()
    {
        using var scope = NewDisposeScope();
        ModelFolder.Save(_folder["model"], SmallModels.Manifest, SmallModels.Weights(1), ScalarType.Float32);
        ModelFolder.Save(_folder["early"], SmallModels.Manifest, SmallModels.Weights(2), ScalarType.Float32);
        ModelFolder.Save(_folder["other"], SmallModels.Manifest with { ClassNames = ["bee", "ant", "2"] }, SmallModels.Weights(2), ScalarType.Float32);
        Tensor Sample(string? guide, GuidanceSource source)
        {
            using var model = MsfModel.Load(_folder["model"], precision: ComputePrecision.Float32, guide: guide);
            Assert.Equal(guide is null, model.Guide is null);
            var request = model.Request([0, 1], 3);
            var stages = request.Sampling.Stages.Select(stage => stage with { Guidance = stage.Guidance with { Source = source } });
            return model.Sample(request with { Sampling = new() { Stages = [.. stages] } }, cancellation: TestContext.Current.CancellationToken);
        }
        var plain = Sample(null, GuidanceSource.NullClass);
        Assert.True(TensorAssert.Identical(plain, Sample(_folder["early"], GuidanceSource.NullClass)));
        Assert.True(TensorAssert.MaximumDifference(plain, Sample(_folder["early"], GuidanceSource.WeakerModel)) > 1e-3);
        var error = Assert.Throws<InvalidDataException>(() => MsfModel.Load(_folder["model"], precision: ComputePrecision.Float32, guide: _folder["other"]));
        Assert.Contains("cannot guide", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Throws<DirectoryNotFoundException>(() => MsfModel.Load(_folder["model"], precision: ComputePrecision.Float32, guide: _folder["nothing"]));
    }

    public void Dispose() => _folder.Dispose();

    private static ComponentStatistics Shifted(double mean)
    {
        var own = SmallModels.Manifest.Statistics;
        return own with { Components = [own.Components[0], own.Components[1] with { Mean = [0, mean, 0] }] };
    }
}
