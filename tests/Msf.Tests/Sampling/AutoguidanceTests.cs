using Msf.Diffusion;
using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>Guidance by a weaker model (Karras et al. 2024), and what guidance is of fields that are known.</summary>
public sealed class AutoguidanceTests
{
    private const int NullClass = 5;

    [Theory]
    [InlineData(PathKind.Linear, PredictionKind.Velocity)]
    [InlineData(PathKind.Linear, PredictionKind.Noise)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Data)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Velocity)]
    public void Guided_between_Gaussians_of_one_deviation_the_field_is_that_of_the_mean_beyond(PathKind kind, PredictionKind prediction)
    {
        using var scope = NewDisposeScope();
        // Predictions are linear in the mean, so that from -0.2 by way of 0.5, two and a half times as far, it is -0.2 + 2.5 (0.5 + 0.2).
        const double scale = 2.5, weak = -0.2, strong = 0.5, deviation = 0.6;
        var path = ProbabilityPath.Create(kind);
        var (strongModel, weakModel) = (new AnalyticGaussian(path, strong, deviation), new AnalyticGaussian(path, weak, deviation));
        var expected = new AnalyticGaussian(path, weak + scale * (strong - weak), deviation);
        var diffusion = new DiffusionConfig { Path = kind, Prediction = prediction };
        var labels = tensor([0L, 1]);
        Tensor OneNetwork(Tensor x, Tensor t, Tensor classes, Tensor? condition, Tensor? conditionTime) =>
            cat([strongModel.Predict(prediction, x.narrow(0, 0, 2), t[0].item<float>()), weakModel.Predict(prediction, x.narrow(0, 2, 2), t[0].item<float>())]);
        var byClass = new StageVelocity(OneNetwork, diffusion, new() { Scale = scale }, labels, NullClass, null, 1);
        var byModel = new StageVelocity(
            strongModel.Denoiser(prediction), diffusion, new() { Scale = scale, Source = GuidanceSource.WeakerModel }, labels, NullClass, null, 1, weakModel.Denoiser(prediction));
        var x = linspace(-2, 2, 24).reshape(2, 3, 2, 2);
        foreach (var t in new[] { 0.2, 0.5, 0.9 })
        {
            TensorAssert.Close(expected.Velocity(x, t), byClass.At(x, t), 2e-5);
            TensorAssert.Close(expected.Velocity(x, t), byModel.At(x, t), 2e-5);
        }
    }

    [Fact]
    public void The_weaker_model_sees_the_class_and_only_where_guidance_is_active()
    {
        using var scope = NewDisposeScope();
        var calls = new List<(string Who, long[] Labels)>();
        Denoiser Recording(string who) => (x, t, labels, condition, conditionTime) =>
        {
            calls.Add((who, labels.data<long>().ToArray()));
            return zeros_like(x);
        };
        var guidance = new GuidanceConfig { Scale = 2, Source = GuidanceSource.WeakerModel, From = 0.4 };
        var velocity = new StageVelocity(Recording("model"), new DiffusionConfig(), guidance, tensor([3L, 1]), NullClass, null, 1, Recording("guide"));
        velocity.At(zeros(2, 1, 2, 2), 0.5);
        Assert.Equal(["model", "guide"], calls.Select(call => call.Who));
        Assert.All(calls, call => Assert.Equal([3L, 1], call.Labels));
        calls.Clear();
        velocity.At(zeros(2, 1, 2, 2), 0.3);
        Assert.Equal("model", Assert.Single(calls).Who);
    }

    [Fact]
    public void Without_a_weaker_model_such_guidance_is_refused_where_it_would_act()
    {
        using var scope = NewDisposeScope();
        static Tensor Network(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime) => zeros_like(x);
        var guidance = new GuidanceConfig { Scale = 2, Source = GuidanceSource.WeakerModel };
        var error = Assert.Throws<ArgumentException>(() => new StageVelocity(Network, new DiffusionConfig(), guidance, tensor([0L]), NullClass, null, 1));
        Assert.Contains("--guide DIR", error.Message, StringComparison.Ordinal);
        Assert.Equal([1, 1, 2, 2], new StageVelocity(Network, new DiffusionConfig(), guidance with { Scale = 1 }, tensor([0L]), NullClass, null, 1).At(zeros(1, 1, 2, 2), 0.5).shape);

        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        error = Assert.Throws<ArgumentException>(() => { model.Sample(Guided(model, guidance)); });
        Assert.Contains("--guide DIR", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_model_that_guides_itself_changes_nothing_and_another_one_does(int levels)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels));
        DiffusionTransformer[] others = [.. Enumerable.Range(0, levels).Select(stage => RandomNetworks.Create(model.Config.Transformer(stage) with { Width = 16 }, seed: 9))];
        var unguided = model.Sample(Guided(model, new()));
        var request = Guided(model, new() { Scale = 3, Source = GuidanceSource.WeakerModel });
        Tensor GuidedBy(IReadOnlyList<DiffusionTransformer> guides) =>
            new MsfSampler(model.Config, new(), RandomModel.Statistics(model.Config), model.Networks, guides).Sample(request, cancellation: TestContext.Current.CancellationToken);
        Assert.True(TensorAssert.Identical(unguided, GuidedBy(model.Networks)));
        Assert.True(TensorAssert.MaximumDifference(unguided, GuidedBy(others)) > 0.01);
        foreach (var network in others) network.Dispose();
    }

    [Fact]
    public void A_weaker_model_of_fewer_stages_is_refused()
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        Assert.Throws<ArgumentException>(() => new MsfSampler(model.Config, new(), RandomModel.Statistics(model.Config), model.Networks, [model.Networks[0]]));
    }

    private static SamplingRequest Guided(RandomModel model, GuidanceConfig guidance)
    {
        var request = model.Request(0, 1, 2);
        return request with { Sampling = new() { Stages = [.. request.Sampling.Stages.Select(stage => stage with { Guidance = guidance })] } };
    }
}
