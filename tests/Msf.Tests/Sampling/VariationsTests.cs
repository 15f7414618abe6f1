using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>Several residuals on one base.</summary>
public sealed class VariationsTests
{
    [Fact]
    public void Images_with_one_base_index_share_the_base_and_differ_in_the_residual()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = model.Request(0, 1, 2, 3) with { Labels = [2, 2, 2, 2], BaseIndices = [7, 7, 9, 7] };
        var levels = model.SampleLevels(request);
        var base7 = model.SampleLevels(model.Request(7) with { Labels = [2] })[0];
        foreach (var image in new[] { 0, 1, 3 }) Assert.True(TensorAssert.Identical(base7[0], levels[0][image]));
        Assert.False(TensorAssert.Identical(levels[0][0], levels[0][2]));
        Assert.False(TensorAssert.Identical(levels[1][0], levels[1][1]));
    }

    [Fact]
    public void An_image_on_its_own_base_is_the_image()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var request = model.Request(3, 5);
        Assert.True(TensorAssert.Identical(model.Sample(request), model.Sample(request with { BaseIndices = [3, 5] })));
    }

    [Fact]
    public void A_shared_base_is_generated_once()
    {
        using var scope = NewDisposeScope();
        var config = RandomNetworks.Model(levels: 2);
        var networks = RandomNetworks.Create(config);
        var rows = new long[2];
        Denoiser Counting(int stage) => (x, t, labels, condition, time) =>
        {
            rows[stage] += x.shape[0];
            return networks[stage].Forward(x, t, labels, condition, time);
        };
        var sampler = new MsfSampler(config, new DiffusionConfig(), RandomModel.Statistics(config), [Counting(0), Counting(1)], CPU);
        var stage = new StageSamplingConfig { Steps = 3 };
        sampler.Sample(
            new SamplingRequest { Labels = [1, 1, 0, 1], ImageIndices = [0, 1, 2, 3], BaseIndices = [4, 4, 4, 4], Seed = 1, Sampling = new() { Stages = [stage, stage] } },
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([3 * 2, 3 * 4], rows);                                                   // a base of each class; all residuals
        foreach (var network in networks) network.Dispose();
    }

    [Fact]
    public void Another_number_of_base_indices_is_refused()
    {
        using var model = new RandomModel(RandomNetworks.Model(levels: 2));
        var error = Assert.Throws<ArgumentException>(() => { model.Sample(model.Request(0, 1) with { BaseIndices = [0] }); });
        Assert.Contains("1 base indices for 2 images", error.Message, StringComparison.Ordinal);
    }
}
