using Msf.Models;
using Msf.Modules;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>Networks on inputs of sizes they were not made for.</summary>
public sealed class OtherSizesTests
{
    private static readonly TransformerConfig _trained = RandomNetworks.Transformer;          // 4 x 6, patch 2
    private static readonly TransformerConfig _rotary = _trained with { Block = new BlockOptions { Positions = PositionKind.Rotary, QueryKeyNormalization = true } };

    [Theory]
    [InlineData(PositionKind.SinCos, PositionScaling.Interpolation, 8, 6)]
    [InlineData(PositionKind.SinCos, PositionScaling.NtkAware, 4, 2)]
    [InlineData(PositionKind.Rotary, PositionScaling.Interpolation, 6, 10)]
    [InlineData(PositionKind.Rotary, PositionScaling.NtkAware, 8, 6)]
    public void Another_size_is_a_network_of_that_size_with_the_scaled_positions(PositionKind kind, PositionScaling scaling, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var config = (kind == PositionKind.Rotary ? _rotary : _trained) with { ConditionChannels = 3 };
        config = config with { Block = config.Block with { PositionScaling = scaling } };
        using var network = RandomNetworks.Create(config);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(config with { InputSize = [height, width] }, 3);
        var actual = network.Forward(x, t, labels, condition, conditionTime);
        Assert.Equal([3, 3, height, width], actual.shape);

        // By hand: the modules one after the other, with positions from the formulas.
        var (rows, columns) = (height / 2, width / 2);
        var state = network.state_dict();
        var (tokens, c, _) = network.Embed(x, t, labels, condition, conditionTime, null);
        var patches = nn.functional.linear(Patches.Split(cat([x, condition!], 1), 2), state["x_embedder.proj.weight"].flatten(1), state["x_embedder.proj.bias"]);
        TensorAssert.Close(patches + SinCosPositions.Create(rows, columns, 32, 2, 3, scaling), tokens, 1e-5);
        using var rotary = kind == PositionKind.Rotary ? new RotaryPositions([rows, columns], 16, [2, 3], scaling) : null;
        foreach (var block in network.Blocks) tokens = block.ForwardWith(tokens, c, rotary);
        TensorAssert.Close(network.Unembed(tokens, c, [rows, columns]), actual, 1e-5);

        using var other = RandomNetworks.Create(config with { InputSize = [height, width] });
        other.state_dict()["pos_embed"].copy_(SinCosPositions.Create(rows, columns, 32, 2, 3, scaling));
        if (kind == PositionKind.SinCos) TensorAssert.Close(other.Forward(x, t, labels, condition, conditionTime), actual, 1e-5);
    }

    [Fact]
    public void The_configured_size_stays_bit_for_bit_whatever_was_asked_for_before()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(_rotary);
        var before = Forward(network, _rotary, 3);
        _ = Forward(network, _rotary with { InputSize = [8, 8] }, 3);
        network.PositionScaling = PositionScaling.Extrapolation;
        Assert.True(TensorAssert.Identical(before, Forward(network, _rotary, 3)));
    }

    [Theory]
    [InlineData(PositionKind.SinCos)]
    [InlineData(PositionKind.Rotary)]
    public void An_image_does_not_depend_on_the_others_of_its_batch_at_another_size(PositionKind kind)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var config = kind == PositionKind.Rotary ? _rotary : _trained;
        using var network = RandomNetworks.Create(config);
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            network.to(type);
            var (x, t, labels, _, _) = RandomNetworks.Inputs(config with { InputSize = [8, 10] }, 5);
            var together = network.Forward(x, t, labels);
            for (var i = 0; i < 5; i++)
            {
                var alone = network.Forward(x.narrow(0, i, 1), t.narrow(0, i, 1), labels.narrow(0, i, 1));
                TensorAssert.Close(together.narrow(0, i, 1), alone, type == ScalarType.Float32 ? 1e-5 : 0.03);
            }
        }
    }

    [Fact]
    public void The_kind_of_scaling_matters_and_both_sides_are_told_apart()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(_trained);
        var wide = _trained with { InputSize = [4, 12] };
        var outputs = Enum.GetValues<PositionScaling>().Select(scaling =>
        {
            network.PositionScaling = scaling;
            return Forward(network, wide, 2);
        }).ToArray();
        for (var i = 0; i < 3; i++) Assert.True(Golden.RelativeError(outputs[i], outputs[(i + 1) % 3]) > 1e-3);
        var (x, t, labels, _, _) = RandomNetworks.Inputs(wide, 1);                            // as many tokens, turned by 90 degrees
        Assert.True(Golden.RelativeError(network.Forward(x, t, labels).transpose(2, 3), network.Forward(x.transpose(2, 3).contiguous(), t, labels)) > 1e-3);
    }

    [Fact]
    public void A_table_that_is_no_sine_and_cosine_is_interpolated_bicubically()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = RandomNetworks.Create(_trained);
        var table = SeededNoise.Normal(4, 0, [0], [6, 32], CPU);                              // (1, 6, 32)
        network.state_dict()["pos_embed"].copy_(table);
        var (x, t, labels, _, _) = RandomNetworks.Inputs(_trained with { InputSize = [8, 12] }, 2);
        var (tokens, _, _) = network.Embed(x, t, labels, null, null, null);
        var planes = nn.functional.interpolate(
            table.transpose(1, 2).reshape(1, 32, 2, 3), [4, 6], mode: TorchSharp.torch.InterpolationMode.Bicubic, align_corners: false);
        var codes = planes.flatten(2).transpose(1, 2);
        var state = network.state_dict();
        var patches = nn.functional.linear(Patches.Split(x, 2), state["x_embedder.proj.weight"].flatten(1), state["x_embedder.proj.bias"]);
        TensorAssert.Close(patches + codes, tokens, 1e-5);
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32)]
    public void A_rounded_table_of_sine_and_cosine_is_known_for_what_it_is(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var positions = new GridPositions(_trained);
        var placed = positions.On(positions.InitialTable().to(type), [4, 3]);
        Assert.Equal(type, placed.Codes.dtype);
        Assert.True(TensorAssert.Identical(SinCosPositions.Create(4, 3, 32, 2, 3, PositionScaling.Interpolation).to(type), placed.Codes));
        Assert.Same(placed, positions.On(positions.InitialTable().to(type), [4, 3]));         // computed once
    }

    [Fact]
    public void Grids_asked_for_long_ago_are_forgotten()
    {
        using var scope = NewDisposeScope();
        using var positions = new GridPositions(_rotary);
        using var table = positions.InitialTable();
        var first = positions.On(table, [1, 1]);
        LiveTensors.StayFlat(3, () =>
        {
            for (var columns = 4; columns < GridPositions.Most + 8; columns++) _ = positions.On(table, [1, columns]);
        });
        Assert.NotSame(first, positions.On(table, [1, 1]));
    }

    [Fact]
    public void Sizes_that_no_patch_fits_are_refused_in_one_line()
    {
        using var scope = NewDisposeScope();
        using var network = RandomNetworks.Create(_trained);
        foreach (var size in new[] { new[] { 5, 6 }, [4, 7], [0, 6] })
        {
            var error = Assert.Throws<ArgumentException>(() => network.Forward(zeros(1, 3, size[0], size[1]), zeros(1), zeros(1, dtype: ScalarType.Int64)));
            Assert.Contains($"x is (1, 3, {size[0]}, {size[1]}): height and width must be multiples of the patch size 2", error.Message, StringComparison.Ordinal);
        }
    }

    private static Tensor Forward(DiffusionTransformer network, TransformerConfig size, int batch)
    {
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(size, batch);
        return network.Forward(x, t, labels, condition, conditionTime);
    }
}
