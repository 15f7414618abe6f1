using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>An image is a function of model, settings, class, seed and index: of nothing else.</summary>
public sealed class MsfSamplerDeterminismTests
{
    // Where a machine's kernels round the sums of another batch size differently; measured 0 on AVX-512.
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_image_is_the_same_in_any_batch(int levels)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels, 16, 16));
        long[] indices = [0, 1, 2, 3, 7, 1_000_000_007];
        var together = model.Sample(model.Request(indices));
        long[][] batches = [[0], [7], [3, 2], [1_000_000_007, 0, 1], [7, 3, 2, 1, 0, 1_000_000_007]];
        double largest = 0;
        long bytes = 0, pixels = 0;
        foreach (var batch in batches)
        {
            var images = model.Sample(model.Request(batch));
            for (var i = 0; i < batch.Length; i++)
            {
                var expected = together[Array.IndexOf(indices, batch[i])];
                largest = Math.Max(largest, TensorAssert.MaximumDifference(images[i], expected));
                bytes += (Bytes(images[i]) != Bytes(expected)).sum().item<long>();
                pixels += expected.numel();
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{levels} levels: largest difference {largest:E1}, {bytes} of {pixels} bytes differ");
        Assert.True(largest <= Tolerance, $"largest difference {largest:E2}");
    }

    [Theory]
    [InlineData(SolverKind.Ddim)]
    [InlineData(SolverKind.Ddpm)]
    [InlineData(SolverKind.EulerMaruyama)]
    [InlineData(SolverKind.DpmPp2M)]
    [InlineData(SolverKind.DpmPp2S)]
    [InlineData(SolverKind.UniPc)]
    [InlineData(SolverKind.Dopri5)]
    public void Whatever_the_solver_an_image_is_the_same_in_any_batch(SolverKind kind)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        SamplingRequest Request(params long[] indices)
        {
            var request = model.Request(indices);
            var stages = request.Sampling.Stages.Select(stage => stage with { Steps = 3, Solver = kind, SolverOptions = new() { Eta = 1 } });
            return request with { Sampling = request.Sampling with { Stages = [.. stages] } };
        }
        var together = model.Sample(Request(0, 1, 7));
        Assert.True(TensorAssert.MaximumDifference(model.Sample(Request(7))[0], together[2]) <= Tolerance);
        Assert.True(TensorAssert.MaximumDifference(model.Sample(Request(1, 0)), together.narrow(0, 0, 2).flip(0)) <= Tolerance);
        Assert.True(TensorAssert.MaximumDifference(together[0], together[1]) > 0.01);
    }

    [Fact]
    public void The_same_batch_gives_the_same_bits()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        Assert.True(TensorAssert.Identical(model.Sample(model.Request(3, 4)), model.Sample(model.Request(3, 4))));
    }

    [Fact]
    public void Seed_index_and_class_each_make_another_image()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = model.Request(0);
        var levels = model.SampleLevels(request);
        SamplingRequest[] others = [request with { Seed = 12 }, request with { ImageIndices = [1] }, request with { Labels = [1] }];
        foreach (var other in others)
        {
            var changed = model.SampleLevels(other);
            for (var level = 0; level < levels.Length; level++) Assert.True(TensorAssert.MaximumDifference(levels[level], changed[level]) > 0.01);
        }
    }

    [Fact]
    public void Stages_and_conditions_draw_noise_of_their_own()
    {
        using var scope = NewDisposeScope();
        var model = RandomNetworks.Model(levels: 3, height: 16, width: 16);
        var starts = new List<Tensor>();
        Tensor Network(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime)
        {
            // With a condition time of 0 a condition is nothing but noise. Streams are drawn in order, whatever the shape.
            foreach (var noise in new[] { x, condition })
                if (noise is not null) starts.Add(noise.flatten().narrow(0, 0, 48).clone().DetachFromDisposeScope());
            return zeros_like(x);
        }
        var sampler = new MsfSampler(model, new(), RandomModel.Statistics(model), [Network, Network, Network], CPU);
        sampler.Sample(new SamplingRequest
        {
            Labels = [0],
            ImageIndices = [0],
            Seed = 1,
            Sampling = new() { ConditionTime = 0, Stages = [.. Enumerable.Repeat(new StageSamplingConfig { Steps = 1 }, 3)] },
        }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(5, starts.Count);
        for (var i = 0; i < starts.Count; i++)
            for (var j = 0; j < i; j++)
            {
                var correlation = (starts[i] * starts[j]).mean().item<float>();
                Assert.True(Math.Abs(correlation) < 4 / Math.Sqrt(48), $"noise {i} and {j}: correlation {correlation:F2}");
            }
        foreach (var start in starts) start.Dispose();
    }

    private static Tensor Bytes(Tensor image) => ((image + 1) * 127.5).round().clamp(0, 255).to_type(ScalarType.Byte);
}
