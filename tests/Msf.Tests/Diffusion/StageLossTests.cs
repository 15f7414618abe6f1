using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public class StageLossTests
{
    private const long NullClass = 10;

    public static TheoryData<PathKind, PredictionKind> PathsAndPredictions()
    {
        var data = new TheoryData<PathKind, PredictionKind>();
        foreach (var path in Enum.GetValues<PathKind>())
            foreach (var prediction in Enum.GetValues<PredictionKind>()) data.Add(path, prediction);
        return data;
    }

    [Theory]
    [MemberData(nameof(PathsAndPredictions))]
    public void The_exact_network_reaches_the_irreducible_loss_and_any_other_is_worse(PathKind kind, PredictionKind prediction)
    {
        using var scope = NewDisposeScope();
        using var data = new Generator(1);
        var loss = new StageLoss(new DiffusionConfig { Path = kind, Prediction = prediction }, NullClass);
        var gaussian = new AnalyticGaussian(loss.Path, 0.3, 0.5);
        const int batch = 256;
        const int values = 2 * 16 * 16;
        var x1 = randn([batch, 2, 16, 16], generator: data) * 0.5 + 0.3;
        var labels = zeros(batch, dtype: ScalarType.Int64);
        var exact = gaussian.Denoiser(prediction);

        var best = Compute(exact);
        var irreducible = best.Time.data<float>().ToArray().Select(t => gaussian.IrreducibleLoss(prediction, t)).ToArray();
        // The mean square of n normal values of variance v has standard deviation v sqrt(2 / n).
        var deviation = Math.Sqrt(irreducible.Sum(v => v * v * 2 / values)) / batch;
        Assert.Equal(irreducible.Average(), best.Loss.item<float>(), 4 * deviation);

        var worse = Compute((x, t, y, u, tU) => exact(x, t, y, u, tU) + 0.1);
        // |e + 0.1|^2 = |e|^2 + 0.2 e + 0.01, and e has mean 0.
        var meanError = Math.Sqrt(irreducible.Average() / (batch * values));
        Assert.Equal(0.01, worse.Loss.item<float>() - best.Loss.item<float>(), 4 * 0.2 * meanError + 1e-5 * best.Loss.item<float>());
        Assert.True(Compute((x, t, y, u, tU) => exact(x, t, y, u, tU) * 0.9).Loss.item<float>() > best.Loss.item<float>());

        StageLossResult Compute(Denoiser network)
        {
            using var generator = new Generator(2);
            return loss.Compute(network, x1, labels, null, generator);
        }
    }

    [Fact]
    public void The_network_sees_the_noised_component_the_times_and_the_labels()
    {
        using var scope = NewDisposeScope();
        var (x1, labels) = Batch();
        Tensor? seen = null, seenTime = null;
        var result = Compute(new DiffusionConfig { LabelDropout = 0, Prediction = PredictionKind.Noise }, x1, labels, null, (x, t, y, u, tU) =>
        {
            (seen, seenTime) = (x.clone().DetachFromDisposeScope(), t.clone().DetachFromDisposeScope());
            Assert.Null(u);
            Assert.Null(tU);
            Assert.True(TensorAssert.Identical(y, labels));
            var time = t.view(4, 1, 1, 1);
            return (x - time * x1) / (1 - time);                 // what the noise must have been
        });
        using var x = seen!;
        using var time = seenTime!;
        Assert.True(TensorAssert.Identical(time, result.Time));
        Assert.Equal(0, result.Loss.item<float>(), 1e-6);
        Assert.False(TensorAssert.Identical(x, x1));
    }

    [Fact]
    public void Per_image_losses_average_to_the_loss_and_carry_no_graph()
    {
        using var scope = NewDisposeScope();
        var (x1, labels) = Batch();
        using var weight = ones(1, requires_grad: true);
        var result = Compute(new DiffusionConfig(), x1, labels, null, (x, t, y, u, tU) => x * weight);
        Assert.Equal([4L], result.PerImage.shape);
        Assert.Equal([4L], result.Time.shape);
        Assert.Empty(result.Loss.shape);
        Assert.False(result.PerImage.requires_grad);
        Assert.Equal(result.PerImage.mean().item<float>(), result.Loss.item<float>(), 1e-6);
        result.Loss.backward();
        Assert.NotEqual(0, weight.grad!.item<float>());
    }

    [Fact]
    public void The_loss_is_taken_in_float32_whatever_the_network_computes_in()
    {
        using var scope = NewDisposeScope();
        var (x1, labels) = Batch();
        var result = Compute(
            new DiffusionConfig { Prediction = PredictionKind.Data }, x1.to(ScalarType.BFloat16), labels, null,
            (x, t, y, u, tU) =>
            {
                Assert.Equal(ScalarType.Float32, x.dtype);
                return zeros_like(x).to(ScalarType.BFloat16);
            });
        Assert.Equal(ScalarType.Float32, result.Loss.dtype);
        Assert.Equal(x1.to(ScalarType.BFloat16).to(ScalarType.Float32).square().mean().item<float>(), result.Loss.item<float>(), 1e-5);
    }

    [Fact]
    public void Labels_are_dropped_at_the_given_rate_and_only_to_the_null_class()
    {
        using var scope = NewDisposeScope();
        const int count = 10_000;
        var labels = arange(count, dtype: ScalarType.Int64).remainder(10);
        Compute(new DiffusionConfig { LabelDropout = 0.25 }, zeros(count, 1), labels, null, (x, t, y, u, tU) =>
        {
            var dropped = y.eq(NullClass);
            Assert.Equal(0.25, dropped.to(ScalarType.Float64).mean().item<double>(), 4 * Math.Sqrt(0.25 * 0.75 / count));
            Assert.True((dropped | y.eq(labels)).all().item<bool>());
            return x;
        });
        Assert.False(labels.eq(NullClass).any().item<bool>());
        Compute(new DiffusionConfig { LabelDropout = 1 }, zeros(count, 1), labels, null, (x, t, y, u, tU) =>
        {
            Assert.True(y.eq(NullClass).all().item<bool>());
            return x;
        });
    }

    [Fact]
    public void A_condition_is_noised_to_the_time_that_the_network_is_told()
    {
        using var scope = NewDisposeScope();
        const int count = 4_000;
        var (x1, u) = (zeros(count, 1, 4, 4), full([count, 1, 4, 4], 2f));
        var labels = zeros(count, dtype: ScalarType.Int64);
        var called = false;
        Compute(new DiffusionConfig(), x1, labels, u, (x, t, y, condition, conditionTime) =>
        {
            called = true;
            var tU = conditionTime!.view(count, 1, 1, 1);
            var noise = (condition! - tU * u) / (1 - tU);
            Assert.Equal(0, noise.mean().item<float>(), 4 / Math.Sqrt(count * 16.0));
            Assert.Equal(1, noise.std().item<float>(), 4 / Math.Sqrt(2 * count * 16.0));
            Assert.Equal(1.5, conditionTime.logit().mean().item<float>(), 4 / Math.Sqrt(count));
            Assert.False(TensorAssert.Identical(conditionTime, t));
            Assert.True(Math.Abs((noise * (x / (1 - t.view(count, 1, 1, 1)))).mean().item<float>()) < 4 / Math.Sqrt(count * 16.0));
            return x;
        });
        Assert.True(called);
    }

    [Fact]
    public void Without_noise_the_condition_is_clean_and_its_time_is_1()
    {
        using var scope = NewDisposeScope();
        var (x1, labels) = Batch();
        var u = x1 * 0.5;
        var called = false;
        Compute(new DiffusionConfig { NoiseCondition = false }, x1, labels, u, (x, t, y, condition, conditionTime) =>
        {
            called = true;
            Assert.True(TensorAssert.Identical(condition!, u));
            Assert.True(conditionTime!.eq(1).all().item<bool>());
            return x;
        });
        Assert.True(called);
    }

    [Fact]
    public void Clean_is_time_1_and_pure_noise_time_0()
    {
        using var scope = NewDisposeScope();
        var (u, _) = Batch();
        var noise = randn_like(u);
        var path = ProbabilityPath.Create(PathKind.Linear);
        Assert.True(TensorAssert.Identical(ConditionNoising.Apply(path, u, ones(4), noise), u));
        Assert.True(TensorAssert.Identical(ConditionNoising.Apply(path, u, zeros(4), noise), noise));
    }

    [Fact]
    public void Equal_generators_give_equal_losses_and_dropout_moves_no_other_draw()
    {
        using var scope = NewDisposeScope();
        var (x1, labels) = Batch();
        var config = new DiffusionConfig();
        var first = Run(config, 5);
        Assert.Equal(first, Run(config, 5));
        Assert.NotEqual(first, Run(config, 6));
        Assert.Equal(first, Run(config with { LabelDropout = 0.9 }, 5));

        float Run(DiffusionConfig configuration, ulong seed)
        {
            using var generator = new Generator(seed);
            return new StageLoss(configuration, NullClass)
                .Compute((x, t, y, u, tU) => x + u!, x1, labels, x1 * 0.5, generator).Loss.item<float>();
        }
    }

    [Fact]
    public void Only_the_results_outlive_the_call()
    {
        using var scope = NewDisposeScope();
        var (x1, labels) = Batch();
        using var generator = new Generator(1);
        var u = x1 * 0.5;
        using var step = NewDisposeScope();
        new StageLoss(new DiffusionConfig(), NullClass).Compute((x, t, y, condition, tU) => x + condition!, x1, labels, u, generator);
        Assert.Equal(3, step.DisposablesCount);
        Assert.False(x1.IsInvalid || labels.IsInvalid || u.IsInvalid);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        using var scope = NewDisposeScope();
        var (x1, labels) = Batch();
        var config = new DiffusionConfig();
        static Tensor Same(Tensor x, Tensor t, Tensor y, Tensor? u, Tensor? tU) => x;
        Assert.Throws<ArgumentException>(() => Compute(config, x1, labels.narrow(0, 0, 3), null, Same));
        Assert.Throws<ArgumentException>(() => Compute(config, x1, labels.to(ScalarType.Int32), null, Same));
        Assert.Throws<ArgumentException>(() => Compute(config, x1, labels, x1.narrow(2, 0, 2), Same));
        Assert.Throws<ArgumentException>(() => Compute(config, zeros(0, 3, 4, 4), labels, null, Same));
        Assert.Contains("prediction", Assert.Throws<ArgumentException>(
            () => Compute(config, x1, labels, null, (x, t, y, u, tU) => x.narrow(1, 0, 1))).Message);
        Assert.Throws<ArgumentException>(() => new StageLoss(config with { LabelDropout = 2 }, NullClass));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StageLoss(config, -1));
    }

    private static (Tensor X1, Tensor Labels) Batch()
    {
        using var generator = new Generator(8);
        return (randn([4, 3, 4, 4], generator: generator), tensor(new long[] { 0, 3, 9, 1 }));
    }

    private static StageLossResult Compute(DiffusionConfig config, Tensor x1, Tensor labels, Tensor? u, Denoiser network)
    {
        using var generator = new Generator(9);
        return new StageLoss(config, NullClass).Compute(network, x1, labels, u, generator);
    }
}
