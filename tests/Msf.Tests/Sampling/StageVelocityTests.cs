using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class StageVelocityTests
{
    private const int NullClass = 5;
    private static readonly GuidanceConfig _none = new();

    [Theory]
    [InlineData(1, 0, 1, 0.5, false)]
    [InlineData(2, 0, 1, 0.5, true)]
    [InlineData(2, 0.4, 0.6, 0.5, true)]
    [InlineData(2, 0.4, 0.6, 0.3, false)]
    [InlineData(2, 0.4, 0.6, 0.7, false)]
    public void Only_active_guidance_costs_a_second_half(double scale, double from, double to, double t, bool guided)
    {
        using var scope = NewDisposeScope();
        var calls = new List<Call>();
        var labels = tensor([3L, 1, 4]);
        var condition = arange(3).to_type(ScalarType.Float32).reshape(3, 1, 1, 1).expand(3, 2, 4, 4);
        var guidance = new GuidanceConfig { Scale = scale, From = from, To = to };
        var velocity = new StageVelocity(Recording(calls), new DiffusionConfig(), guidance, labels, NullClass, condition, 0.75);
        Assert.Equal([3, 2, 4, 4], velocity.At(ones(3, 2, 4, 4), t).shape);

        var call = Assert.Single(calls);
        Assert.Equal(guided ? [3L, 1, 4, 5, 5, 5] : [3L, 1, 4], call.Labels);
        Assert.Equal(Enumerable.Repeat((float)t, guided ? 6 : 3), call.Times);
        Assert.Equal(guided ? [0f, 1, 2, 0, 1, 2] : [0f, 1, 2], call.Conditions);
        Assert.Equal(Enumerable.Repeat(0.75f, guided ? 6 : 3), call.ConditionTimes);
    }

    [Fact]
    public void The_base_gets_no_condition()
    {
        using var scope = NewDisposeScope();
        var calls = new List<Call>();
        var velocity = new StageVelocity(Recording(calls), new DiffusionConfig(), new() { Scale = 2 }, tensor([0L]), NullClass, null, 1);
        velocity.At(ones(1, 2, 4, 4), 0.5);
        Assert.Equal((null, null), (calls[0].Conditions, calls[0].ConditionTimes));
    }

    [Fact]
    public void Guidance_pushes_from_the_null_class_beyond_the_class()
    {
        using var scope = NewDisposeScope();
        // A network that answers with the label: 3 for the class, 5 for none; 5 + 4 (3 - 5) = -3.
        static Tensor Network(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime) =>
            zeros_like(x) + labels.to_type(ScalarType.Float32).reshape(-1, 1, 1, 1);
        var velocity = new StageVelocity(Network, new DiffusionConfig(), new() { Scale = 4 }, tensor([3L]), NullClass, null, 1);
        using var v = velocity.At(zeros(1, 4, 2, 2), 0.5);
        Assert.All(v.data<float>(), value => Assert.Equal(-3, value));
    }

    [Fact]
    public void A_learned_variance_is_left_out()
    {
        using var scope = NewDisposeScope();
        static Tensor Network(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime) => cat([x + 1, x * 100], dim: 1);
        var velocity = new StageVelocity(Network, new DiffusionConfig(), _none, tensor([3L]), NullClass, null, 1);
        using var v = velocity.At(ones(1, 4, 2, 2), 0.5);
        Assert.Equal([1, 4, 2, 2], v.shape);
        Assert.All(v.data<float>(), value => Assert.Equal(2, value));
    }

    [Theory]
    [InlineData(PathKind.Linear, PredictionKind.Velocity, 1)]
    [InlineData(PathKind.Linear, PredictionKind.Noise, 1)]
    [InlineData(PathKind.Linear, PredictionKind.Data, 1)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Velocity, 1)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Noise, 2)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Data, 2)]
    [InlineData(PathKind.VariancePreservingLinear, PredictionKind.Noise, 1)]
    [InlineData(PathKind.VariancePreservingLinear, PredictionKind.Data, 1)]
    public void Whatever_the_network_predicts_the_velocity_is_the_same(PathKind path, PredictionKind prediction, double scale)
    {
        using var scope = NewDisposeScope();
        var gaussian = new AnalyticGaussian(ProbabilityPath.Create(path), 0.7, 0.4);
        var x = linspace(-2, 2, 24).reshape(2, 3, 2, 2);
        // The Gaussian knows no classes, so that guidance between equal predictions changes nothing either.
        var velocity = new StageVelocity(
            gaussian.Denoiser(prediction), new DiffusionConfig { Path = path, Prediction = prediction }, new() { Scale = scale }, tensor([0L, 1]), NullClass, null, 1);
        // Nearer to the noise the conversion from noise divides float32 rounding by an alpha that goes to 0.
        foreach (var t in new[] { 0.2, 0.4, 0.6, 0.95 }) TensorAssert.Close(gaussian.Velocity(x, t), velocity.At(x, t), 2e-5);
    }

    [Theory]
    [InlineData(PathKind.Linear, PredictionKind.Noise, 0)]
    [InlineData(PathKind.Linear, PredictionKind.Data, 1)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Noise, 0)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Data, 1)]
    public void At_the_end_where_a_prediction_tells_nothing_the_velocity_is_that_beside_it(PathKind path, PredictionKind prediction, double t)
    {
        using var scope = NewDisposeScope();
        var gaussian = new AnalyticGaussian(ProbabilityPath.Create(path), 0.7, 0.4);
        var x = linspace(-2, 2, 24).reshape(2, 3, 2, 2);
        var diffusion = new DiffusionConfig { Path = path, Prediction = prediction };
        var velocity = new StageVelocity(gaussian.Denoiser(prediction), diffusion, _none, tensor([0L, 1]), NullClass, null, 1);
        var difference = TensorAssert.MaximumDifference(gaussian.Velocity(x, t), velocity.At(x, t));
        Assert.True(difference < 0.05, $"difference {difference:E1}");
    }

    private sealed record Call(float[] Times, long[] Labels, float[]? Conditions, float[]? ConditionTimes);

    private static Denoiser Recording(List<Call> calls) => (x, t, labels, condition, conditionTime) =>
    {
        Assert.All([t.shape[0], labels.shape[0]], size => Assert.Equal(x.shape[0], size));
        calls.Add(new Call(
            t.data<float>().ToArray(), labels.data<long>().ToArray(),
            condition?.select(1, 0).select(1, 0).select(1, 0).clone().data<float>().ToArray(), conditionTime?.clone().data<float>().ToArray()));
        return zeros_like(x);
    };
}
