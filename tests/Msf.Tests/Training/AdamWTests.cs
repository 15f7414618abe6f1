using Msf.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Tests.Training;

public class AdamWTests
{
    private const double LearningRate = 1e-3, Beta1 = 0.9, Beta2 = 0.99, WeightDecay = 0.01, Decay = 0.9;

    [Fact]
    public void Weights_moments_and_average_follow_torch_optim_AdamW()
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Load("optim", "adamw_a.safetensors");
        using var network = Sequential(("0", Linear(6, 16)), ("1", SiLU()), ("2", Linear(16, 3)));
        using (no_grad())
            foreach (var (name, parameter) in network.named_parameters()) parameter.copy_(golden[$"init.net.{name}"]);
        var parameters = new FlatParameters(network);
        var weights = parameters.Gather();
        var average = weights.clone();
        using var optimizer = new AdamW(weights, Beta1, Beta2, WeightDecay);
        for (var step = 1; step <= 5; step++)
        {
            var loss = functional.mse_loss(network.call(golden["x"]), golden["y"]);
            Assert.Equal(golden["loss"][step - 1].item<float>(), loss.item<float>(), 1e-6f);
            loss.backward();
            var gradient = parameters.GatherGradients();
            parameters.ClearGradients();
            if (step == 1) Compare("grad_step1", parameters.Unflatten(gradient), golden, absolute: 1e-6);
            optimizer.Step(weights, gradient, LearningRate);
            average.lerp_(weights, 1 - Decay);
            parameters.Scatter(weights);
            if (step is 1 or 5) Compare($"step{step}", parameters.Unflatten(weights), golden, absolute: 1e-6);
        }
        Compare("ema5", parameters.Unflatten(average), golden, absolute: 1e-6);
        foreach (var (name, moment) in parameters.Unflatten(optimizer.Moment1))
            TensorAssert.Close(golden[$"exp_avg.net.{name}"], moment, 1e-4, $"adamw exp_avg {name}");
        foreach (var (name, moment) in parameters.Unflatten(optimizer.Moment2))
            TensorAssert.Close(golden[$"exp_avg_sq.net.{name}"], moment, 1e-4, $"adamw exp_avg_sq {name}");
    }

    [Fact]
    public void The_first_step_moves_every_weight_by_the_learning_rate_against_its_gradient()
    {
        using var scope = NewDisposeScope();
        var weights = tensor(new[] { 1f, 1f, 1f });
        using var optimizer = new AdamW(weights, Beta1, Beta2, weightDecay: 0);
        optimizer.Step(weights, tensor(new[] { 5f, -0.01f, 0f }), LearningRate);
        Assert.Equal([1 - 1e-3f, 1 + 1e-3f, 1f], weights.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(1, optimizer.Steps);
    }

    [Fact]
    public void Weight_decay_shrinks_weights_apart_from_the_gradient()
    {
        using var scope = NewDisposeScope();
        var weights = tensor(new[] { 2f });
        using var optimizer = new AdamW(weights, Beta1, Beta2, weightDecay: 0.5);
        optimizer.Step(weights, zeros(1), learningRate: 0.1);
        Assert.Equal(2 * (1 - 0.1 * 0.5), weights.item<float>(), 1e-6);
        Assert.Equal(0, optimizer.Moment1.item<float>());
    }

    private static void Compare(string prefix, Dictionary<string, Tensor> actual, Dictionary<string, Tensor> golden, double absolute)
    {
        Assert.Equal(4, actual.Count);
        var worst = actual.Max(pair => TensorAssert.MaximumDifference(pair.Value, golden[$"{prefix}.net.{pair.Key}"]));
        TestContext.Current.TestOutputHelper?.WriteLine($"golden adamw {prefix}: absolute error {worst:E2} (tolerance {absolute:E0})");
        Assert.True(worst <= absolute, $"{prefix}: absolute error {worst:E2}, tolerance {absolute:E0}");
    }
}
