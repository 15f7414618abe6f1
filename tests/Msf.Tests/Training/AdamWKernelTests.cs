using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public sealed class AdamWKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(50_021)]
    public void A_step_is_the_formula_in_double_precision(int length)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        Tensor Draw() => randn(length, generator: generator);
        var (weights, average) = (Draw(), Draw());
        using var optimizer = new AdamW(weights, beta1: 0.9, beta2: 0.95, weightDecay: 0.1);
        var (w, a) = (weights.to_type(ScalarType.Float64), average.to_type(ScalarType.Float64));
        var (m, v) = (zeros_like(w), zeros_like(w));
        for (var step = 1; step <= 3; step++)
        {
            var gradient = Draw();
            optimizer.Step(weights, gradient, learningRate: 0.01, gradientScale: 0.5, average, averageWeight: 0.2);
            var g = gradient.to_type(ScalarType.Float64) * 0.5;
            (m, v) = (m * 0.9 + g * 0.1, v * 0.95 + g * g * 0.05);
            w = w * (1 - 0.001) - 0.01 * (m / (1 - Math.Pow(0.9, step))) / ((v / (1 - Math.Pow(0.95, step))).sqrt() + 1e-8);
            a += (w - a) * 0.2;
        }
        TensorAssert.Close(w, weights.to_type(ScalarType.Float64), 1e-6);
        TensorAssert.Close(a, average.to_type(ScalarType.Float64), 1e-6);
        TensorAssert.Close(m, optimizer.Moment1.to_type(ScalarType.Float64), 1e-6);
        TensorAssert.Close(v, optimizer.Moment2.to_type(ScalarType.Float64), 1e-6);
    }

    [Fact]
    public void Gradients_in_bfloat16_count_as_they_are_and_the_network_gets_the_weights_rounded()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var gradient = randn(10_007, generator: generator).to_type(ScalarType.BFloat16);
        var (one, other) = (ones(10_007), ones(10_007));
        var parameters = zeros(10_007, ScalarType.BFloat16);
        using var first = new AdamW(one, 0.9, 0.99, 0);
        using var second = new AdamW(other, 0.9, 0.99, 0);
        first.Step(one, gradient, 0.003, parameters: parameters);
        second.Step(other, gradient.to_type(ScalarType.Float32), 0.003);
        Assert.True(TensorAssert.Identical(one, other));
        Assert.True(TensorAssert.Identical(parameters, one.to_type(ScalarType.BFloat16)));
    }

    [Fact]
    public void One_thread_and_all_give_the_same_bits()
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        var results = new List<Tensor>();
        try
        {
            foreach (var count in new[] { 1, Math.Max(2, threads) })
            {
                set_num_threads(count);
                using var generator = new Generator(5);
                var (weights, gradient) = (randn(200_001, generator: generator), randn(200_001, generator: generator));
                using var optimizer = new AdamW(weights, 0.9, 0.99, 0.01);
                for (var step = 0; step < 3; step++) optimizer.Step(weights, gradient, 1e-3);
                results.Add(weights);
            }
        }
        finally
        {
            set_num_threads(threads);
        }
        Assert.True(TensorAssert.Identical(results[0], results[1]));
    }
}
