using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class OtherSizesTests
{
    [Theory]
    [InlineData(1, 12, 8)]
    [InlineData(2, 8, 20)]
    [InlineData(3, 24, 16)]
    public void Every_level_has_the_size_asked_for_and_images_do_not_depend_on_their_batch(int levels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(levels, 8, 8));
        var request = model.Request(0, 1, 2) with { Size = [height, width] };
        var results = model.SampleLevels(request);
        for (var level = 0; level < levels; level++)
            Assert.Equal([3, 3, height >> (levels - 1 - level), width >> (levels - 1 - level)], results[level].shape);
        Assert.True(results[^1].isfinite().all().item<bool>());
        TensorAssert.Close(results[^1].narrow(0, 2, 1), model.Sample(model.Request(2) with { Size = [height, width] }), 1e-4);
    }

    [Fact]
    public void The_trained_size_asked_for_is_no_change()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(2, 8, 8));
        Assert.True(TensorAssert.Identical(model.Sample(model.Request(0, 1)), model.Sample(model.Request(0, 1) with { Size = [8, 8] })));
    }

    [Fact]
    public void The_shift_is_the_root_of_the_ratio_of_tokens_on_top_of_the_stages_own()
    {
        var config = RandomNetworks.Model(2, 8, 8);
        var sampling = new SamplingConfig { Stages = [new() { Steps = 2, TimeShift = 1.5 }, new() { Steps = 2 }] };
        var shifted = SizeShift.Apply(sampling, config, [16, 24]);
        Assert.Equal([1.5 * Math.Sqrt(6), Math.Sqrt(6)], shifted.Stages.Select(stage => stage.TimeShift));
        Assert.Equal(sampling.Stages, SizeShift.Apply(sampling, config, [8, 8]).Stages);
    }

    [Fact]
    public void The_sampler_shifts_by_itself_unless_told_not_to()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(2, 8, 8));
        var request = model.Request(0, 1) with { Size = [16, 8] };
        var byHand = request with { ShiftBySize = false, Sampling = SizeShift.Apply(request.Sampling, model.Config, [16, 8]) };
        Assert.True(TensorAssert.Identical(model.Sample(byHand), model.Sample(request)));
        Assert.False(TensorAssert.Identical(model.Sample(request with { ShiftBySize = false }), model.Sample(request)));
    }

    [Fact]
    public void A_picture_to_start_from_has_the_size_asked_for()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(2, 8, 8));
        var request = model.Request(0) with { Size = [8, 16], Source = new SourceImage { Target = zeros(1, 3, 8, 16), Strength = 0.5 } };
        Assert.Equal([1, 3, 8, 16], model.Sample(request).shape);
        Assert.Contains("expected (1, 3, 8, 16)", Assert.Throws<ArgumentException>(
            () => model.Sample(request with { Source = new SourceImage { Target = zeros(1, 3, 8, 8), Strength = 0.5 } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_do_not_divide_are_refused_with_those_that_do()
    {
        using var model = new RandomModel(RandomNetworks.Model(2, 8, 8));
        Assert.Contains("for the width take 8 or 12", Assert.Throws<ArgumentException>(() => model.Sample(model.Request(0) with { Size = [8, 10] })).Message, StringComparison.Ordinal);
        Assert.Contains("two, height and width", Assert.Throws<ArgumentException>(() => model.Sample(model.Request(0) with { Size = [8] })).Message, StringComparison.Ordinal);
    }
}
