using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Models;
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
    public void The_loss_agrees_with_the_official_code()
    {
        using var scope = NewDisposeScope();
        var weights = SafetensorsFile.ReadAll(SharedFiles.Require("golden", "sit", "sit_a.safetensors"));
        var golden = SafetensorsFile.ReadAll(SharedFiles.Require("golden", "sit", "sit_a_io.safetensors"));
        using var network = new DiffusionTransformer(new TransformerConfig
        {
            InputSize = [8, 8],
            Channels = 4,
            PatchSize = 2,
            Width = 64,
            Depth = 2,
            Heads = 4,
            Classes = 10,
            LearnSigma = true,
            TimeScale = 1,
        });
        StateDictLoader.Load(network, weights, "sit_a");
        var result = new StageLoss(new DiffusionConfig(), NullClass).Compute(
            (x, t, y, _, _) => network.Forward(x, t, y),                                          // the learned variance is dropped, as in SiT
            new StageDraw(golden["path_x1_data"], golden["path_x0_noise"], golden["path_t"], golden["train_y"], null, null));
        TensorAssert.Close(golden["train_loss"], result.PerImage, 2e-5, "sit train_loss");
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
