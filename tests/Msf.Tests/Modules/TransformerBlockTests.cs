using Msf.Modules;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class TransformerBlockTests
{
    private static Tensor Normal(int stage, params long[] shape) => SeededNoise.Normal(5, stage, [0], shape, CPU)[0];

    [Fact]
    public void A_new_block_is_the_identity()
    {
        using var scope = NewDisposeScope();
        using var block = new TransformerBlock(width: 16, heads: 4, mlpRatio: 4);
        var x = Normal(0, 2, 6, 16);
        Assert.True(TensorAssert.Identical(x, block.call(x, Normal(1, 2, 16))));
    }

    [Fact]
    public void A_new_final_layer_gives_zero()
    {
        using var scope = NewDisposeScope();
        using var layer = new FinalLayer(width: 16, patchSize: 2, channels: 3);
        var patches = layer.call(Normal(0, 2, 6, 16), Normal(1, 2, 16));
        Assert.Equal([2, 6, 12], patches.shape);
        Assert.Equal(0, patches.abs().max().item<float>());
    }

    [Fact]
    public void Attention_sees_tokens_as_a_set()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var attention = new SelfAttention(width: 16, heads: 4);
        var x = Normal(0, 2, 6, 16);
        var order = tensor([3L, 0, 5, 1, 4, 2]);
        TensorAssert.Close(attention.call(x).index_select(1, order), attention.call(x.index_select(1, order)), 1e-6);
    }

    [Fact]
    public void Attention_is_that_of_libtorch()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var attention = new SelfAttention(width: 16, heads: 4);
        var weights = attention.state_dict();
        var x = Normal(0, 2, 6, 16);
        var qkv = nn.functional.linear(x, weights["qkv.weight"], weights["qkv.bias"])
            .reshape(2, 6, 3, 4, 4).permute(2, 0, 3, 1, 4);                                   // (3, B, h, N, d)
        var mixed = nn.functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]).transpose(1, 2).reshape(2, 6, 16);
        TensorAssert.Close(nn.functional.linear(mixed, weights["proj.weight"], weights["proj.bias"]), attention.call(x), 1e-5);
    }

    [Fact]
    public void Patch_embedding_is_the_convolution_that_its_keys_promise()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var embed = new PatchEmbed(channels: 3, patchSize: 2, width: 16);
        var weights = embed.state_dict();
        weights["proj.bias"].copy_(Normal(2, 16));
        var x = Normal(0, 2, 3, 4, 6);
        var expected = nn.functional.conv2d(x, weights["proj.weight"], weights["proj.bias"], strides: [2, 2]).flatten(2).transpose(1, 2);
        TensorAssert.Close(expected, embed.call(x), 1e-5);
    }

    [Fact]
    public void A_time_scale_multiplies_the_time()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var raw = new TimestepEmbedder(width: 16, timeScale: 1);
        using var scaled = new TimestepEmbedder(width: 16, timeScale: 1000);
        Msf.Checkpoints.StateDictLoader.Load(scaled, Msf.Checkpoints.StateDictLoader.Extract(raw), "raw");
        var t = tensor([0f, 0.25f, 1f]);
        TensorAssert.Close(raw.call(t * 1000), scaled.call(t), 1e-6);
        Assert.True(TensorAssert.MaximumDifference(raw.call(t), scaled.call(t)) > 1e-3);
    }
}
