using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

public sealed class TransformerCostTests
{
    /// <summary>A DiT/2 of ImageNet over a latent of 4 channels, as the official code builds it.</summary>
    internal static TransformerConfig DiT(int width, int depth, int heads, int size) => new()
    {
        InputSize = [size, size],
        Channels = 4,
        PatchSize = 2,
        Width = width,
        Depth = depth,
        Heads = heads,
        Classes = 1000,
        LearnSigma = true,
        TimeScale = 1,
    };

    [Theory]
    [InlineData("DiT-S/2 256", 384, 12, 6, 32, 6.06, 33)]
    [InlineData("DiT-B/2 256", 768, 12, 12, 32, 23.01, 130)]
    [InlineData("DiT-L/2 256", 1024, 24, 16, 32, 80.71, 458)]
    [InlineData("DiT-XL/2 256", 1152, 28, 16, 32, 118.64, 675)]
    [InlineData("DiT-XL/2 512", 1152, 28, 16, 64, 524.60, 675)]
    public void Cost_is_that_of_the_paper(string name, int width, int depth, int heads, int size, double giga, double million)
    {
        var cost = TransformerCost.Of(DiT(width, depth, heads, size));
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {cost.MultiplyAdds / 1e9:F2} G (paper {giga}), {cost.Parameters / 1e6:F2} M");
        Assert.Equal(1, cost.MultiplyAdds / 1e9 / giga, 0.005);
        Assert.Equal(million, cost.Parameters / 1e6, 0.5);
        Assert.Equal(size * size / 4, cost.Tokens);
    }

    [Theory]
    [InlineData(0, false, 4)]
    [InlineData(3, false, 4)]
    [InlineData(3, true, 2.5)]
    [InlineData(3, true, 2.5, 9)]
    public void Parameters_are_those_of_the_network(int conditionChannels, bool learnSigma, double mlpRatio, int augmentationLabels = 0)
    {
        var config = RandomNetworks.Transformer with { ConditionChannels = conditionChannels, LearnSigma = learnSigma, MlpRatio = mlpRatio, AugmentationLabels = augmentationLabels };
        using var network = new DiffusionTransformer(config, META);
        Assert.Equal(network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel()), TransformerCost.Of(config).Parameters);
    }

    [Fact]
    public void Parameters_of_DiT_XL_are_those_of_the_network()
    {
        var config = DiT(1152, 28, 16, 32);
        using var network = new DiffusionTransformer(config, META);
        Assert.Equal(network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel()), TransformerCost.Of(config).Parameters);
    }

    [Fact]
    public void An_image_costs_the_forwards_of_all_stages()
    {
        var model = RandomNetworks.Model(levels: 2);
        var expected = 10 * TransformerCost.Of(model.Transformer(0)).MultiplyAdds + 3 * TransformerCost.Of(model.Transformer(1)).MultiplyAdds;
        Assert.Equal(expected, TransformerCost.PerImage(model, [10, 3]));
        var error = Assert.Throws<ArgumentException>(() => TransformerCost.PerImage(model, [10]));
        Assert.Contains("1 budgets for 2 stages", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_of_factorized_XL_costs_a_quarter_of_the_twin()
    {
        var stage = new StageConfig { PatchSize = 2, Width = 1152, Depth = 28, Heads = 16 };
        var model = new ModelConfig { Name = "MSF-XL", Channels = 4, Size = [32, 32], Classes = 1000, Stages = [stage, stage with { PatchSize = 4 }] };
        Assert.Empty(model.Validate());
        var twin = model.SingleScaleTwin();
        Assert.Empty(twin.Validate());
        // 29.0 G against 118.6 G a forward: 64 tokens in both stages against 256.
        var single = (double)TransformerCost.PerImage(twin, [1]);
        Assert.Equal(4.09, single / TransformerCost.PerImage(model, [1, 0]), 0.01);
        Assert.Equal(4.09, single / TransformerCost.PerImage(model, [0, 1]), 0.01);
    }

    [Fact]
    public void The_twin_is_one_level_over_the_whole_target_with_the_patch_of_the_base()
    {
        var model = RandomNetworks.Model(levels: 3, height: 16, width: 24);
        model = model with { Stages = [model.Stages[0] with { PatchSize = 1, Depth = 5 }, model.Stages[1], model.Stages[2]] };
        var twin = model.SingleScaleTwin();
        Assert.Equal(1, twin.Factorization.Levels);
        var transformer = twin.Transformer(0);
        Assert.Equal([16, 24], transformer.InputSize);
        Assert.Equal((0, 1, 5), (transformer.ConditionChannels, transformer.PatchSize, transformer.Depth));
        Assert.Equal(16 * 24, TransformerCost.Of(transformer).Tokens);
    }
}
