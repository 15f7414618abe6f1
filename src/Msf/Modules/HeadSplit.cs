using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>Projects tokens to queries, keys and values and parts them into heads.</summary>
internal static class HeadSplit
{
    /// <summary>Projects and parts; on a CPU bias and parting are one pass of a kernel of our own.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <param name="layer">From D to 3 D: queries, keys, values, each head by head.</param>
    /// <param name="heads">Number of heads h.</param>
    /// <param name="counts">How many of the three each result holds, in their order.</param>
    /// <returns>Tensors (count, B h, N, d), contiguous, owned by the caller's dispose scope.</returns>
    public static Tensor[] Apply(Tensor x, Linear layer, int heads, params int[] counts)
    {
        using var scope = NewDisposeScope();
        var results = Rows.Takes(x) && layer.weight.shape[0] / counts.Sum() / heads % Runtime.HalfWidth.Step == 0
            ? Apply(TokenProduct.Apply(x, layer.weight), layer.bias!, heads, counts)
            : ByOperations(layer.call(x), heads, counts);
        foreach (var result in results) result.MoveToOuterDisposeScope();
        return results;
    }

    /// <summary>Adds the bias and parts, for rows that <see cref="Rows.Takes(Tensor)"/> accepts and head sizes that are multiples of 32.</summary>
    internal static Tensor[] Apply(Tensor x, Tensor bias, int heads, int[] counts) =>
        is_grad_enabled() && (x.requires_grad || bias.requires_grad)
            ? [.. Differentiable.apply(x, bias, heads, counts)]
            : HeadKernel.Split(x, bias, heads, counts);

    /// <summary>Parts by libtorch's operations, for any device and width.</summary>
    internal static Tensor[] ByOperations(Tensor x, int heads, int[] counts)
    {
        using var scope = NewDisposeScope();
        var (b, n, parts) = (x.shape[0], x.shape[1], counts.Sum());
        var size = x.shape[2] / parts / heads;
        var whole = x.reshape(b, n, parts, heads, size)
            .permute(2, 0, 3, 1, 4).reshape(parts, b * heads, n, size);                       // (3, B h, N, d)
        var results = whole.split(Array.ConvertAll(counts, count => (long)count));            // whose gradient is one copy
        foreach (var result in results) result.MoveToOuterDisposeScope();
        return results;
    }

    private sealed class Differentiable : autograd.MultiTensorFunction<Differentiable>
    {
        public override string Name => nameof(HeadSplit);

        public override List<Tensor> forward(autograd.AutogradContext context, params object[] inputs)
        {
            var (x, bias, heads, counts) = ((Tensor)inputs[0], (Tensor)inputs[1], (int)inputs[2], (int[])inputs[3]);
            context.save_data(nameof(counts), counts);
            context.save_data("batch", x.shape[0]);
            return [.. HeadKernel.Split(x, bias, heads, counts)];
        }

        public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
        {
            var whole = gradients.ConvertAll(gradient => gradient.contiguous()).ToArray();
            var (x, bias) = HeadKernel.Join(whole, (int[])context.get_data("counts"), (long)context.get_data("batch"));
            foreach (var tensor in whole) tensor.Dispose();
            return [x, bias, null!, null!];
        }
    }
}
