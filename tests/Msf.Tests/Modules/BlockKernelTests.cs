using Msf.Modules;
using Msf.Tests.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Tests.Modules;

/// <summary>The kernels of a transformer block against their definitions; more rows than a block of <see cref="RowSums"/> has.</summary>
[Collection(SequentialTraining.Name)]
public sealed class BlockKernelTests
{
    private const int B = 3, N = 96, Heads = 2, HeadSize = 32;

    public static TheoryData<ScalarType, double> Types => new() { { ScalarType.Float32, 3e-6 }, { ScalarType.BFloat16, 2e-2 } };

    [Theory]
    [MemberData(nameof(Types))]
    public void A_gelu_takes_the_bias_along(ScalarType type, double tolerance) => KernelCheck.Agree(
        a => TanhGelu.Apply(a[0], a[1]),
        a => functional.gelu(a[0] + a[1], TorchSharp.Modules.GELU.Approximate.tanh),
        tolerance, KernelCheck.Draw(1, type, B, N, 64), KernelCheck.Draw(2, type, 64));

    [Theory]
    [MemberData(nameof(Types))]
    public void A_gated_unit_takes_the_bias_along_and_halves_that_are_no_multiple_of_32(ScalarType type, double tolerance) => KernelCheck.Agree(
        a => GatedUnit.Apply(a[0], a[1]),
        a =>
        {
            var parts = (a[0] + a[1]).chunk(2, dim: -1);
            return functional.silu(parts[0]) * parts[1];
        },
        tolerance, KernelCheck.Draw(1, type, B, N, 96), KernelCheck.Draw(2, type, 96));

    [Theory]
    [MemberData(nameof(Types))]
    public void A_gated_residual_takes_the_bias_along(ScalarType type, double tolerance) => KernelCheck.Agree(
        a => GatedResidual.Apply(a[0], a[1], a[2], a[3]),
        a => a[0] + a[1] * (a[2] + a[3]),
        tolerance, KernelCheck.Draw(1, type, B, N, 64), KernelCheck.Draw(2, type, B, 1, 64), KernelCheck.Draw(3, type, B, N, 64), KernelCheck.Draw(4, type, 64));

    [Theory]
    [MemberData(nameof(Types))]
    public void Heads_are_parted_whole_or_in_two(ScalarType type, double tolerance)
    {
        foreach (var counts in new int[][] { [1, 1, 1], [2, 1] })
        {
            KernelCheck.Agree(
                a => cat(HeadSplit.Apply(a[0], a[1], Heads, counts)),
                a => (a[0] + a[1]).view(B, N, 3, Heads, HeadSize).permute(2, 0, 3, 1, 4).reshape(3, B * Heads, N, HeadSize),
                tolerance, KernelCheck.Draw(1, type, B, N, 3 * Heads * HeadSize), KernelCheck.Draw(2, type, 3 * Heads * HeadSize));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Attention_is_its_definition(ScalarType type, double tolerance) => KernelCheck.Agree(
        a => HeadAttention.Apply(a[0], a[1], a[2], Heads),
        a => HeadAttention.ByOperations(a[0], a[1], a[2], Heads, 1 / Math.Sqrt(HeadSize)),
        tolerance, [.. Enumerable.Range(1, 3).Select(seed => KernelCheck.Draw(seed, type, B * Heads, N, HeadSize))]);

    [Fact]
    public void Large_scores_neither_overflow_nor_lose_their_sum()
    {
        using var scope = NewDisposeScope();
        var scores = KernelCheck.Draw(5, ScalarType.Float32, 7, 64) * 300f;
        TensorAssert.Close((scores * 0.5f).softmax(-1), SoftmaxKernel.Forward(scores, 0.5f), 1e-5);
        scores[3].fill_(float.NaN);
        Assert.Equal(64, SoftmaxKernel.Forward(scores, 0.5f).isnan().sum().item<long>());
    }

    [Fact]
    public void A_layer_with_odd_widths_is_computed_by_operations_with_the_same_result()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var layer = Linear(12, 24);
        var x = KernelCheck.Draw(1, ScalarType.Float32, 2, 5, 12);
        TensorAssert.Close(functional.gelu(layer.call(x), TorchSharp.Modules.GELU.Approximate.tanh), TanhGelu.Apply(x, layer), 1e-6);
        var parts = layer.call(x).chunk(2, dim: -1);
        TensorAssert.Close(functional.silu(parts[0]) * parts[1], GatedUnit.Apply(x, layer), 1e-6);
        TensorAssert.Close(x + 2 * parts[0], GatedResidual.Apply(x, full([2, 1, 12], 2f), x, Narrow(layer)), 1e-5);
    }

    // The first half of a layer's rows.
    private static TorchSharp.Modules.Linear Narrow(TorchSharp.Modules.Linear layer)
    {
        var half = Linear(12, 12);
        half.weight.copy_(layer.weight.narrow(0, 0, 12));
        half.bias!.copy_(layer.bias!.narrow(0, 0, 12));
        return half;
    }
}
