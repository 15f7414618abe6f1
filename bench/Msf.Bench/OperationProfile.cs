using System.Diagnostics;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Bench;

/// <summary>
/// Times every operation of a transformer block by itself, at the sizes of a DiT-S, with its rate in operations and in bytes: what a
/// block could take at best, and where the rest goes.
/// </summary>
internal static class OperationProfile
{
    private const int Width = 384, Heads = 6;

    public static void Run(ComputePrecision precision, double seconds)
    {
        var type = precision.ToScalarType();
        Console.WriteLine($"{precision.ToName()}, {get_num_threads()} threads");
        foreach (var (batch, tokens) in new[] { (32, 64), (8, 256) })
        {
            Console.WriteLine($"-- batch {batch}, {tokens} tokens; milliseconds, GFLOP/s, GB/s");
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            foreach (var operation in Operations(batch, tokens, type)) Print(operation, seconds);
        }
    }

    private static void Print(Operation operation, double seconds)
    {
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < 5 || clock.Elapsed.TotalSeconds < seconds)
        {
            var start = clock.Elapsed;
            using (NewDisposeScope()) operation.Run();
            times.Add((clock.Elapsed - start).TotalSeconds);
        }
        var median = times.Order().ElementAt(times.Count / 2);
        Console.WriteLine(FormattableString.Invariant(
            $"{operation.Name,-26} {median * 1e3,8:F3} ms  (least {times.Min() * 1e3:F3}) {operation.Flops / median / 1e9,8:F0} GFLOP/s {operation.Bytes / median / 1e9,7:F1} GB/s"));
    }

    private static IEnumerable<Operation> Operations(long b, long n, ScalarType type)
    {
        long d = Width, h = Heads, e = Width / Heads, size = type.ElementSize();
        Tensor New(params long[] shape) => randn(shape).to_type(type);
        var (x, y, wide, shift) = (New(b, n, d), New(b, n, d), New(b, n, 4 * d), New(b, 1, d));
        var (wQkv, wProj, w1, w2, wMod) = (New(3 * d, d), New(d, d), New(4 * d, d), New(d, 4 * d), New(6 * d, d));
        var (bQkv, bias, b1, b6) = (New(3 * d), New(d), New(4 * d), New(6 * d));
        var (q, k, v) = (New(b * h, n, e), New(b * h, n, e), New(b * h, n, e));
        var (c, qkv, scores) = (New(b, d), New(b, n, 3 * d), New(b * h, n, n));
        var probabilities = scores.softmax(-1);
        double tokens = b * n, t = tokens * d * size;
        yield return new("modulation linear", 2.0 * b * d * 6 * d, 6 * d * d * size, () => functional.linear(functional.silu(c), wMod, b6));
        yield return new("layer norm", 0, 2 * t, () => functional.layer_norm(x, [d], eps: 1e-6));
        yield return new("modulate", 0, 2 * t, () => shift.PlusProduct(x, shift));
        yield return new("qkv linear", 2 * tokens * d * 3 * d, 4 * t, () => functional.linear(x, wQkv, bQkv));
        yield return new("qkv to heads (copy)", 0, 6 * t, () => qkv.reshape(b, n, 3, h, e).permute(2, 0, 3, 1, 4).reshape(3, b * h, n, e));
        yield return new("scale q", 0, 2 * t, () => q.Times(0.125));
        yield return new("scores bmm", 2 * tokens * n * d, 2 * t + scores.numel() * size, () => bmm(q, k.transpose(1, 2)));
        yield return new("softmax", 0, 2.0 * scores.numel() * size, () => scores.softmax(-1));
        yield return new("mix bmm", 2 * tokens * n * d, 2 * t + scores.numel() * size, () => bmm(probabilities, v));
        yield return new("sdpa", 4 * tokens * n * d, 4 * t, () => functional.scaled_dot_product_attention(q.view(b, h, n, e), k.view(b, h, n, e), v.view(b, h, n, e)));
        yield return new("heads to tokens (copy)", 0, 2 * t, () => q.reshape(b, h, n, e).transpose(1, 2).reshape(b, n, d));
        yield return new("proj linear", 2 * tokens * d * d, 2 * t, () => functional.linear(x, wProj, bias));
        yield return new("gate", 0, 3 * t, () => x.PlusProduct(shift, y));
        yield return new("fc1 linear", 2 * tokens * d * 4 * d, 5 * t, () => functional.linear(x, w1, b1));
        yield return new("gelu tanh", 0, 8 * t, () => functional.gelu(wide, TorchSharp.Modules.GELU.Approximate.tanh));
        yield return new("gelu erf", 0, 8 * t, () => functional.gelu(wide));
        yield return new("silu", 0, 8 * t, () => functional.silu(wide));
        yield return new("fc2 linear", 2 * tokens * d * 4 * d, 5 * t, () => functional.linear(wide, w2, bias));
        yield return new("fc1 grad weight", 2 * tokens * d * 4 * d, 5 * t, () => mm(wide.view(-1, 4 * d).t(), x.view(-1, d)));
        yield return new("fc1 grad weight 2", 2 * tokens * d * 4 * d, 5 * t, () => mm(x.view(-1, d).t(), wide.view(-1, 4 * d)));
        yield return new("fc1 grad input", 2 * tokens * d * 4 * d, 5 * t, () => mm(wide.view(-1, 4 * d), w1));
        yield return new("bias grad sum", 0, 4 * t, () => wide.view(-1, 4 * d).sum(0));
        yield return new("copy wide", 0, 8 * t, () => wide.clone());
        yield return new("wide to float", 0, 12 * t, () => wide.to_type(ScalarType.Float32));
    }

    private sealed record Operation(string Name, double Flops, double Bytes, Action Run);
}
