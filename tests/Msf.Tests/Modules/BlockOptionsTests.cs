using Msf.Modules;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

/// <summary>The block with each of its options and with all of them.</summary>
public sealed class BlockOptionsTests
{
    private const int Width = 32;
    private static readonly int[] _grid = [2, 3];

    private static readonly Dictionary<string, BlockOptions> _options = new()
    {
        ["RMSNorm"] = new() { Normalization = NormalizationKind.RmsNorm },
        ["QK-norm"] = new() { QueryKeyNormalization = true },
        ["SwiGLU"] = new() { Perceptron = PerceptronKind.SwiGlu },
        ["rotary"] = new() { Positions = PositionKind.Rotary },
        ["all"] = All,
    };

    /// <summary>All options together.</summary>
    public static BlockOptions All => new()
    {
        Normalization = NormalizationKind.RmsNorm,
        QueryKeyNormalization = true,
        Perceptron = PerceptronKind.SwiGlu,
        Positions = PositionKind.Rotary,
    };

    /// <summary>Every option on its own, and all together.</summary>
    public static TheoryData<string> Names => [.. _options.Keys];

    /// <summary>The options of a name.</summary>
    public static BlockOptions Named(string name) => _options[name];

    private static Tensor Normal(int stage, params long[] shape) => SeededNoise.Normal(6, stage, [0], shape, CPU)[0];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_new_block_is_the_identity(string name)
    {
        using var scope = NewDisposeScope();
        using var rotary = new RotaryPositions(_grid, Width / 2);
        using var block = Create(Named(name), rotary);
        var x = Normal(0, 2, 6, Width);
        Assert.True(TensorAssert.Identical(x, block.call(x, Normal(1, 2, Width))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_gradients_are_the_differences_of_the_function(string name)
    {
        using var scope = NewDisposeScope();
        using var rotary = new RotaryPositions(_grid, Width / 2);
        using var block = Create(Named(name), rotary);
        block.to(ScalarType.Float64);
        using (no_grad())
        using (var generator = new Generator(1))
            foreach (var parameter in block.parameters()) parameter.normal_(0.05, 0.2, generator);
        var x = Normal(0, 2, 6, Width).to(ScalarType.Float64).requires_grad_();
        var c = Normal(1, 2, Width).to(ScalarType.Float64).requires_grad_();
        var target = Normal(2, 2, 6, Width);
        var variables = block.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Append(("x", x)).Append(("c", c));
        FiniteDifferences.Agree(() => (block.call(x, c) * target).sum(), variables, 1e-5);
    }

    [Fact]
    public void Normalised_queries_and_keys_bound_the_scores_whatever_their_size()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var attention = new SelfAttention(Width, heads: 2, queryKeyNormalization: true);
        using var plain = new SelfAttention(Width, heads: 2);
        var (x, weight) = (Normal(0, 2, 6, Width), attention.state_dict()["qkv.weight"]);
        Msf.Checkpoints.StateDictLoader.Load(plain, plain.state_dict().Keys.ToDictionary(key => key, key => attention.state_dict()[key]), "attention");
        var (before, plainBefore) = (attention.call(x), plain.call(x));
        weight.narrow(0, 0, 2 * Width).mul_(1000);                                            // queries and keys, not values
        plain.state_dict()["qkv.weight"].narrow(0, 0, 2 * Width).mul_(1000);
        TensorAssert.Close(before, attention.call(x), 1e-4);
        Assert.True(Golden.RelativeError(plain.call(x), plainBefore) > 0.1, "the test does not tell them apart");

        // |q k| <= √d |w_q| |w_k| for unit root mean squares: with weights of 1, √16 = 4.
        var qk = RmsNorm.Normalize(nn.functional.linear(x, weight).reshape(2, 6, 3, 2, 16).narrow(2, 0, 2));
        var scores = bmm(qk.select(2, 0).transpose(1, 2).flatten(0, 1), qk.select(2, 1).transpose(1, 2).flatten(0, 1).transpose(1, 2)) / 4;
        Assert.InRange(scores.abs().max().item<float>(), 0.5f, 4.0001f);
    }

    [Fact]
    public void Normalised_and_turned_attention_is_that_of_libtorch()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var rotary = new RotaryPositions(_grid, 16);
        using var attention = new SelfAttention(Width, heads: 2, queryKeyNormalization: true, rotary: rotary);
        var weights = attention.state_dict();
        weights["q_norm.weight"].copy_(Normal(1, 16));
        weights["k_norm.weight"].copy_(Normal(2, 16));
        var x = Normal(0, 2, 6, Width);
        var qkv = nn.functional.linear(x, weights["qkv.weight"], weights["qkv.bias"]).reshape(2, 6, 3, 2, 16).permute(2, 0, 3, 1, 4);
        Tensor Prepared(Tensor y, string name) => rotary.Rotate(y / (y.square().mean([-1], keepdim: true) + 1e-6).sqrt() * weights[$"{name}.weight"]);
        var mixed = nn.functional.scaled_dot_product_attention(Prepared(qkv[0], "q_norm"), Prepared(qkv[1], "k_norm"), qkv[2]);
        var expected = nn.functional.linear(mixed.transpose(1, 2).reshape(2, 6, Width), weights["proj.weight"], weights["proj.bias"]);
        TensorAssert.Close(expected, attention.call(x), 1e-5);
    }

    [Fact]
    public void Rotary_attention_tells_orders_apart()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var rotary = new RotaryPositions(_grid, 16);
        using var attention = new SelfAttention(Width, heads: 2, rotary: rotary);
        var x = Normal(0, 2, 6, Width);
        var order = tensor([3L, 0, 5, 1, 4, 2]);
        Assert.True(Golden.RelativeError(attention.call(x).index_select(1, order), attention.call(x.index_select(1, order))) > 1e-2);
    }

    [Fact]
    public void Options_outside_their_range_are_told_at_once()
    {
        var errors = new BlockOptions { Normalization = (NormalizationKind)7, Perceptron = (PerceptronKind)8, Positions = (PositionKind)9, PositionScaling = (PositionScaling)3 }.Validate();
        Assert.Equal(
            ["block.normalization is 7, expected LayerNorm or RmsNorm", "block.perceptron is 8, expected Gelu or SwiGlu", "block.positions is 9, expected SinCos or Rotary",
                "block.positionScaling is 3, expected Interpolation or Extrapolation or NtkAware"],
            errors);
    }

    private static TransformerBlock Create(BlockOptions options, RotaryPositions rotary) =>
        new(Width, heads: 2, mlpRatio: 2, options: options, rotary: options.Positions == PositionKind.Rotary ? rotary : null);
}
