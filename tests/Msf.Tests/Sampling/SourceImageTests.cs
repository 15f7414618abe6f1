using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>Starting from a picture: detail for its base, a changed base, a filled hole.</summary>
public sealed class SourceImageTests
{
    private static readonly ModelConfig _config = RandomNetworks.Model(levels: 2, height: 8, width: 12);

    [Fact]
    public void Strength_zero_keeps_the_base_and_generates_the_residual()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(_config);
        var picture = Picture(2);
        var levels = model.SampleLevels(model.Request(0, 1) with { Source = new SourceImage { Target = picture, Strength = 0 } });
        Assert.True(TensorAssert.Identical(Resampling.Down(picture), levels[0]));
        Assert.True((levels[1] - picture).abs().mean().item<float>() > 0.1);
    }

    [Fact]
    public void Strength_one_ignores_the_picture()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(_config);
        var (request, source) = (model.Request(0, 1), new SourceImage { Target = Picture(1), Strength = 1 });
        Assert.True(TensorAssert.Identical(model.Sample(request), model.Sample(request with { Source = source })));
    }

    [Fact]
    public void The_base_departs_from_the_picture_with_the_strength()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(_config);
        var request = model.Request(0, 1, 2, 3);
        request = request with { Sampling = request.Sampling with { Stages = [.. request.Sampling.Stages.Select(stage => stage with { Steps = 20 })] } };
        var picture = Picture(1);
        var departures = new[] { 0, 0.05, 0.3, 0.8 }.Select(strength =>
            (model.SampleLevels(request with { Source = new SourceImage { Target = picture, Strength = strength } })[0] - Resampling.Down(picture)).square().mean().item<float>()).ToArray();
        Assert.Equal(0, departures[0]);
        Assert.Equal(departures.Order(), departures);
        Assert.True(departures[3] > 10 * departures[1], string.Join(", ", departures));
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(2, 1.0)]
    [InlineData(2, 0.5)]
    [InlineData(2, 0.0)]
    [InlineData(3, 1.0)]
    public void A_mask_keeps_the_rest_of_the_picture_bit_for_bit(int levels, double strength)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels, 16, 8));
        var (picture, mask) = (randn([1, 3, 16, 8], generator: new Generator(5)), zeros(1, 1, 16, 8));
        mask.narrow(2, 3, 6).narrow(3, 2, 5).fill_(1);
        var filled = model.Sample(model.Request(0, 1) with { Source = new SourceImage { Target = picture, Strength = strength, Mask = mask } });
        var kept = mask.logical_not().expand(2, 3, 16, 8);
        Assert.True(TensorAssert.Identical(picture.expand(2, 3, 16, 8)[kept], filled[kept]));
        Assert.True((filled - picture)[kept.logical_not()].abs().min().item<float>() > 0);
    }

    [Fact]
    public void What_is_kept_guides_what_is_generated()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(_config);
        var mask = zeros(1, 1, 8, 12);
        mask.narrow(3, 0, 6).fill_(1);
        Tensor Fill(Tensor picture) => model.Sample(model.Request(0) with { Source = new SourceImage { Target = picture, Strength = 1, Mask = mask } }).narrow(3, 0, 6);
        Assert.True((Fill(Picture(1)) - Fill(Picture(1).neg())).abs().mean().item<float>() > 1e-3);
    }

    [Fact]
    public void A_picture_does_not_leak_into_other_images_and_batches_do_not_matter()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(_config);
        var (pictures, mask) = (Picture(5), zeros(5, 1, 8, 12));
        mask.narrow(2, 0, 4).fill_(1);
        var request = model.Request(0, 1, 2, 3, 4) with { Source = new SourceImage { Target = pictures, Strength = 0.6, Mask = mask } };
        var whole = model.Sample(request);
        var parts = new List<Tensor>();
        model.Sampler.SampleInBatches(request, 2, (_, images) => parts.Add(images.clone().MoveToOuterDisposeScope()), cancellation: TestContext.Current.CancellationToken);
        Assert.True(TensorAssert.Identical(whole, cat(parts)));
    }

    [Fact]
    public void What_does_not_fit_is_refused_in_one_line()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(_config);
        using var single = new RandomModel(RandomNetworks.Model(levels: 1));
        void Refused(RandomModel by, SourceImage source, string message)
        {
            var error = Assert.Throws<ArgumentException>(() => { by.Sample(by.Request(0, 1) with { Source = source }); });
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
        Refused(model, new SourceImage { Target = zeros(2, 3, 8, 8), Strength = 1 }, "expected (2, 3, 8, 12)");
        Refused(model, new SourceImage { Target = Picture(3), Strength = 1 }, "or 1 instead of 2");
        Refused(model, new SourceImage { Target = Picture(2), Strength = 1, Mask = zeros(2, 3, 8, 12) }, "the mask is");
        Refused(model, new SourceImage { Target = Picture(2), Strength = 1.5 }, "strength is 1.5");
        Refused(model, new SourceImage { Target = Picture(2), Strength = 1e-17 }, "too little to be told from 0");
        Refused(single, new SourceImage { Target = zeros(1, 3, 8, 8), Strength = 0 }, "give a strength above 0");
    }

    [Fact]
    public void Batches_are_checked_before_the_first_is_made()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(_config);
        var request = model.Request(0, 1, 2, 0, 1);
        SamplingRequest[] wrong = [request with { Source = new SourceImage { Target = Picture(3), Strength = 1 } }, request with { ImageIndices = [0, 1] }, request with { Seeds = [1, 2] }, request with { Labels = [] }];
        foreach (var one in wrong)
            Assert.DoesNotContain('\n', Assert.Throws<ArgumentException>(() => model.Sampler.SampleInBatches(one, 4, (_, _) => Assert.Fail("a batch was made"), cancellation: TestContext.Current.CancellationToken)).Message);
    }

    private static Tensor Picture(long count) => randn([count, 3, 8, 12], generator: new Generator(7)) * 0.5;
}
