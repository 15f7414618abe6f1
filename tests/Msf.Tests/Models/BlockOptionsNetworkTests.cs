using Msf.Checkpoints;
using Msf.Models;
using Msf.Modules;
using Msf.Runtime;
using Msf.Tests.Modules;
using Msf.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>Whole networks with each option of the block: keys, cost, independence of the batch, configuration.</summary>
public sealed class BlockOptionsNetworkTests
{
    public static TheoryData<string> Names => BlockOptionsTests.Names;

    [Fact]
    public void The_keys_of_all_options_are_those_of_the_field()
    {
        var plain = RandomNetworks.Transformer with { Depth = 1 };
        Assert.Equal(
            [
                "blocks.0.attn.k_norm.weight (16)",
                "blocks.0.attn.q_norm.weight (16)",
                "blocks.0.mlp.w12.bias (160)",
                "blocks.0.mlp.w12.weight (160, 32)",
                "blocks.0.mlp.w3.bias (32)",
                "blocks.0.mlp.w3.weight (32, 80)",
                "blocks.0.norm1.weight (32)",
                "blocks.0.norm2.weight (32)",
                "final_layer.norm_final.weight (32)",
            ],
            Keys(plain with { Block = BlockOptionsTests.All }).Except(Keys(plain)));
        Assert.Equal(
            ["blocks.0.mlp.fc1.bias (128)", "blocks.0.mlp.fc1.weight (128, 32)", "blocks.0.mlp.fc2.bias (32)", "blocks.0.mlp.fc2.weight (32, 128)"],
            Keys(plain).Except(Keys(plain with { Block = BlockOptionsTests.All })));
        Assert.Equal(Keys(plain), Keys(plain with { Block = new() { Positions = PositionKind.Rotary } }));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cost_counts_the_options(string name)
    {
        var config = TransformerCostTests.DiT(1152, 28, 16, 32) with { Block = BlockOptionsTests.Named(name) };
        using var network = new DiffusionTransformer(config, META);
        var cost = TransformerCost.Of(config);
        Assert.Equal(network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel()), cost.Parameters);
        // All options at equal cost: products of matrices are those of DiT-XL/2, but for the widths that are no multiple of 16.
        Assert.Equal(TransformerCost.Of(config with { Block = new() }).MultiplyAdds, cost.MultiplyAdds);
    }

    [Fact]
    public void A_gated_perceptron_costs_what_its_rounded_width_says()
    {
        var config = RandomNetworks.Transformer;
        var gated = config with { Block = new() { Perceptron = PerceptronKind.SwiGlu } };
        using var network = new DiffusionTransformer(gated, META);
        Assert.Equal(network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel()), TransformerCost.Of(gated).Parameters);
        // 3 x 80 columns instead of 2 x 128, for 6 tokens in 2 blocks.
        Assert.Equal(6L * 2 * 32 * (3 * 80 - 2 * 128), TransformerCost.Of(gated).MultiplyAdds - TransformerCost.Of(config).MultiplyAdds);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_new_network_gives_zero_and_a_random_one_learns_everywhere(string name)
    {
        using var scope = NewDisposeScope();
        var config = RandomNetworks.Transformer with { ConditionChannels = 3, Block = BlockOptionsTests.Named(name) };
        using var fresh = new DiffusionTransformer(config);
        Assert.Equal(0, Forward(fresh, 2).abs().max().item<float>());
        using var network = RandomNetworks.Create(config);
        Forward(network, 3).square().mean().backward();
        foreach (var (key, parameter) in network.named_parameters().Where(entry => entry.parameter.requires_grad))
            Assert.True(parameter.grad is { } gradient && gradient.abs().max().item<float>() > 0, key);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_option_matters(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var plain = RandomNetworks.Create(RandomNetworks.Transformer);
        using var network = RandomNetworks.Create(RandomNetworks.Transformer with { Block = BlockOptionsTests.Named(name) });
        var shared = plain.state_dict();
        foreach (var (key, value) in network.state_dict().Where(entry => shared.ContainsKey(entry.Key))) value.copy_(shared[key]);
        Assert.True(Golden.RelativeError(Forward(network, 2), Forward(plain, 2)) > 1e-3);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_image_is_the_same_in_a_batch_of_one_and_of_sixteen(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(RandomNetworks.Transformer with { InputSize = [8, 8], Block = BlockOptionsTests.Named(name) });
        var (x, t, labels, _, _) = RandomNetworks.Inputs(network.Config, 16);
        var together = network.Forward(x, t, labels);
        foreach (var i in new[] { 0, 7, 15 })
            Assert.True(TensorAssert.Identical(together.narrow(0, i, 1), network.Forward(x.narrow(0, i, 1), t.narrow(0, i, 1), labels.narrow(0, i, 1))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bfloat16_gives_the_same_up_to_its_rounding(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(RandomNetworks.Transformer with { Block = BlockOptionsTests.Named(name) });
        var expected = Forward(network, 3);
        network.to(ScalarType.BFloat16);
        TensorAssert.Close(expected, Forward(network, 3), 0.05);
    }

    [Fact]
    public void Forward_and_backward_leave_no_tensors_behind()
    {
        using var network = RandomNetworks.Create(RandomNetworks.Transformer with { Block = BlockOptionsTests.All });
        LiveTensors.StayFlat(50, () =>
        {
            using var scope = NewDisposeScope();
            Forward(network, 2).square().mean().backward();
            network.zero_grad();
        });
    }

    [Fact]
    public void A_configuration_names_them_and_one_without_them_is_DiTs()
    {
        var config = RunConfigReader.Read("tiny", ["model.stages.0.block.normalization=rmsNorm", "model.stages.0.block.perceptron=swiGlu"]);
        Assert.Equal(new BlockOptions { Normalization = NormalizationKind.RmsNorm, Perceptron = PerceptronKind.SwiGlu }, config.Model.Transformer(0).Block);
        Assert.Equal(new BlockOptions(), config.Model.Transformer(1).Block);
        Assert.Equal(config.Model.Stages[0].Block, config.Model.SingleScaleTwin().Transformer(0).Block);
    }

    [Fact]
    public void Rotary_positions_need_heads_that_both_axes_can_share()
    {
        var config = RandomNetworks.Transformer with { Width = 24, Heads = 4, Block = new() { Positions = PositionKind.Rotary } };
        Assert.Equal("width 24 with 4 heads: rotary positions need a width per head that is a multiple of 4", Assert.Single(config.Validate()));
        Assert.Empty((config with { Block = new() }).Validate());
        Assert.Contains("block.positions is 5", Assert.Single((config with { Block = new() { Positions = (PositionKind)5 } }).Validate()), StringComparison.Ordinal);
    }

    private static string[] Keys(TransformerConfig config)
    {
        using var network = new DiffusionTransformer(config, META);
        return [.. StateDictLoader.Extract(network).Select(entry => $"{entry.Key} {ShapeGuard.Format(entry.Value.shape)}").Order(StringComparer.Ordinal)];
    }

    private static Tensor Forward(DiffusionTransformer network, int batch)
    {
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(network.Config, batch);
        return network.Forward(x, t, labels, condition, conditionTime);
    }
}
