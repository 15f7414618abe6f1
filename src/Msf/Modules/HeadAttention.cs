using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>
/// Attention of heads (Vaswani et al. 2017, equation 1) by two batched products and a softmax: on a CPU over twice as fast in bfloat16 as
/// the fused kernel.
/// </summary>
internal static class HeadAttention
{
    /// <summary>softmax(queries keysᵀ / √d) values, the heads side by side.</summary>
    /// <param name="queries">(B h, N, d), contiguous.</param>
    /// <param name="keys">The same shape.</param>
    /// <param name="values">The same shape.</param>
    /// <param name="heads">Number of heads h.</param>
    /// <returns>Tokens, (B, N, h d), owned by the caller's dispose scope.</returns>
    public static Tensor Apply(Tensor queries, Tensor keys, Tensor values, int heads)
    {
        var (n, scale) = (queries.shape[1], 1 / Math.Sqrt(queries.shape[2]));
        if (n % HalfWidth.Step != 0 || !Rows.TakesAny(queries) || !Rows.TakesAny(keys) || !Rows.TakesAny(values))
            return ByOperations(queries, keys, values, heads, scale);
        if (is_grad_enabled() && (queries.requires_grad || keys.requires_grad || values.requires_grad))
            return Differentiable.apply(queries, keys, values, heads);
        var (weights, mixed) = Forward(queries, keys, values, heads);
        weights.Dispose();
        return mixed;
    }

    /// <summary>The same by libtorch's operations, for any device and shape.</summary>
    internal static Tensor ByOperations(Tensor queries, Tensor keys, Tensor values, int heads, double scale)
    {
        using var scope = NewDisposeScope();
        var (b, n, d) = (queries.shape[0] / heads, queries.shape[1], queries.shape[2]);
        var weights = bmm(queries.Times(scale), keys.transpose(1, 2)).softmax(-1);            // (B h, N, N)
        return bmm(weights, values).reshape(b, heads, n, d).transpose(1, 2).reshape(b, n, heads * d).MoveToOuterDisposeScope();
    }

    // The weights, (B h, N, N), and the tokens.
    private static (Tensor Weights, Tensor Mixed) Forward(Tensor queries, Tensor keys, Tensor values, int heads)
    {
        using var scope = NewDisposeScope();
        var weights = SoftmaxKernel.Forward(bmm(queries, keys.transpose(1, 2)), Scale(queries));
        var mixed = HeadKernel.Merge(bmm(weights, values), heads);
        return (weights.MoveToOuterDisposeScope(), mixed.MoveToOuterDisposeScope());
    }

    private static float Scale(Tensor queries) => (float)(1 / Math.Sqrt(queries.shape[2]));

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(HeadAttention);

        public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
        {
            var (queries, keys, values, heads) = ((Tensor)inputs[0], (Tensor)inputs[1], (Tensor)inputs[2], (int)inputs[3]);
            var (weights, mixed) = Forward(queries, keys, values, heads);
            context.save_for_backward([queries, keys, values, weights]);
            context.save_data(nameof(heads), heads);
            return mixed;
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            using var scope = NewDisposeScope();
            var saved = context.get_saved_variables();
            var (queries, keys, values, weights) = (saved[0], saved[1], saved[2], saved[3]);
            var mixed = HeadKernel.Part(gradient.contiguous(), (int)context.get_data("heads"));
            var valuesGradient = bmm(weights.transpose(1, 2), mixed);
            var scores = SoftmaxKernel.Backward(weights, bmm(mixed, values.transpose(1, 2)), Scale(queries));
            List<Tensor> gradients = [bmm(scores, keys), bmm(scores.transpose(1, 2), queries), valuesGradient];
            foreach (var tensor in gradients) tensor.MoveToOuterDisposeScope();
            foreach (var tensor in saved) tensor.Dispose();
            return [.. gradients, null!];
        }
    }
}
