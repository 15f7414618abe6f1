using Msf.Factorization;
using Msf.Models;

namespace Msf.Tests.Models;

public sealed class ModelConfigTests
{
    [Theory]
    [InlineData(1, 0, 12, 20)]
    [InlineData(2, 0, 6, 10)]
    [InlineData(2, 1, 12, 20)]
    [InlineData(3, 0, 3, 5)]
    [InlineData(3, 1, 6, 10)]
    public void A_stage_has_the_size_of_its_level(int levels, int stage, int height, int width) =>
        Assert.Equal([height, width], RandomNetworks.Model(levels, 12, 20).StageSize(stage));

    [Fact]
    public void Only_stages_above_the_base_take_a_condition()
    {
        var model = RandomNetworks.Model(levels: 3, height: 16, width: 16);
        Assert.Equal([0, 3, 3], Enumerable.Range(0, 3).Select(stage => model.Transformer(stage).ConditionChannels));
    }

    [Fact]
    public void A_transformer_takes_what_its_stage_and_its_model_say()
    {
        var model = RandomNetworks.Model(levels: 2) with { Channels = 4, Classes = 7, LearnSigma = true, TimeScale = 3 };
        var stage = new StageConfig { PatchSize = 1, Width = 24, Depth = 9, Heads = 6, MlpRatio = 2 };
        model = model with { Stages = [model.Stages[0], stage] };
        var transformer = model.Transformer(1);
        Assert.Equal((4, 4, 8, 1, 24, 9, 6), (
            transformer.Channels, transformer.ConditionChannels, transformer.OutputChannels, transformer.PatchSize, transformer.Width, transformer.Depth,
            transformer.Heads));
        Assert.Equal((2.0, 7, true, 3.0), (transformer.MlpRatio, transformer.Classes, transformer.LearnSigma, transformer.TimeScale));
        Assert.Equal([8, 8], transformer.InputSize);
        Assert.Equal(64, transformer.Tokens);
    }

    [Fact]
    public void A_sound_model_has_no_errors() => Assert.Empty(RandomNetworks.Model(levels: 2).Validate());

    [Fact]
    public void Stages_must_be_as_many_as_levels()
    {
        var model = RandomNetworks.Model(levels: 2) with { Factorization = new FactorizationConfig { Levels = 3 } };
        Assert.Contains("2 stages for 3 levels", Assert.Single(model.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_of_all_stages_are_told_with_their_stage()
    {
        var model = RandomNetworks.Model(levels: 2);
        model = model with { Stages = [model.Stages[0] with { PatchSize = 3 }, model.Stages[1] with { Depth = 0 }] };
        var errors = model.Validate();
        Assert.Contains(errors, error => error.StartsWith("stage 0: size 4 is not divisible by patchSize 3", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("stage 1: depth is 0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new int[] { 8 })]
    [InlineData(new int[] { 8, 8, 8 })]
    [InlineData(new int[] { 8, 0 })]
    public void A_size_is_a_height_and_a_width(int[] size)
    {
        var errors = (RandomNetworks.Model(levels: 1) with { Size = size }).Validate();
        Assert.Contains("expected [height, width] with both at least 1", Assert.Single(errors), StringComparison.Ordinal);
    }
}
