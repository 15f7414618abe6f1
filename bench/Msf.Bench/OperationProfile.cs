using System.Diagnostics;
using Msf.Modules;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Bench;

/// <summary>
/// The roofline of a transformer block: every operation of a DiT-S's forward and backward pass by itself, the time that the product ceiling and
/// the rate of a copy would allow it, and what the block could reach if each took the time it takes here.
/// </summary>
internal static class OperationProfile
{
    private const int Width = 384, Heads = 6;

    public static void Run(ComputePrecision precision, double seconds)
    {
        var type = precision.ToScalarType();
        foreach (var (batch, tokens) in new[] { (32, 64), (8, 256) })
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var ceiling = ProductCeiling.Measure(CPU).At(precision);
            var wide = randn(batch * tokens, 4 * Width).to_type(type);
            var rate = 2.0 * wide.numel() * type.ElementSize() / Median(() => wide.clone(), seconds);
            Console.WriteLine(FormattableString.Invariant($"\n{batch} x {tokens} tokens, {precision.ToName()}, {get_num_threads()} threads: ceiling {ceiling / 1e9:F0} GFLOP/s, copy {rate / 1e9:F0} GB/s\n"));
            Console.WriteLine("| operation | ms | limit, ms | of the limit |\n|---|---|---|---|");
            var (flops, time, limits) = (0.0, 0.0, 0.0);
            foreach (var part in Operations(batch, tokens, type).GroupBy(operation => operation.Backward))
            {
                foreach (var operation in part)
                {
                    var median = Median(operation.Run, seconds);
                    var limit = Math.Max(operation.Flops / ceiling, operation.Bytes / rate);
                    Console.WriteLine(FormattableString.Invariant($"| {operation.Name} | {median * 1e3:F3} | {limit * 1e3:F3} | {limit / median:P0} |"));
                    (flops, time, limits) = (flops + operation.Flops, time + median, limits + limit);
                }
                Console.WriteLine(FormattableString.Invariant(
                    $"| **{(part.Key ? "forward and backward" : "forward")}** | {time * 1e3:F2} | {limits * 1e3:F2} | products alone: {flops / ceiling * 1e3:F2} ms, so {flops / ceiling / time:F3} of the ceiling |"));
            }
        }
    }

    private static double Median(Func<object?> run, double seconds)
    {
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < 9 || clock.Elapsed.TotalSeconds < seconds)
        {
            var start = clock.Elapsed;
            using (NewDisposeScope()) run();
            times.Add((clock.Elapsed - start).TotalSeconds);
        }
        return times.Median();
    }

    private static IEnumerable<Operation> Operations(long b, long n, ScalarType type)
    {
        long d = Width, h = Heads, e = Width / Heads, size = type.ElementSize();
        Tensor New(params long[] shape) => randn(shape).to_type(type);
        var (x, y, wide, gate) = (New(b, n, d), New(b, n, d), New(b, n, 4 * d), New(b, 1, d));
        var (wQkv, wProj, w1, w2, wMod) = (New(3 * d, d), New(d, d), New(4 * d, d), New(d, 4 * d), New(6 * d, d));
        var (bQkv, bias, b1, b6) = (New(3 * d), New(d), New(4 * d), New(6 * d));
        var (q, k, v) = (New(b * h, n, e), New(b * h, n, e), New(b * h, n, e));
        var (c, qkv, scores, moments) = (New(b, d), New(b, n, 3 * d), New(b * h, n, n), ones(b, n, 2));
        var weights = scores.softmax(-1);
        double tokens = b * n, t = tokens * d * size, s = (double)scores.numel() * size;      // bytes of tokens, of scores
        double product = 2 * tokens * d * d, attention = 2 * tokens * n * d;
        Operation Forward(string name, double flops, double bytes, Func<object?> run) => new(name, flops, bytes, run, Backward: false);
        Operation Backward(string name, double flops, double bytes, Func<object?> run) => new(name, flops, bytes, run, Backward: true);
        (Tensor, Tensor) Both(Tensor gradient, Tensor weight, Tensor input) =>
            (mm(gradient.view(b * n, -1), weight), mm(gradient.view(b * n, -1).t(), input.view(b * n, -1)));

        yield return Forward("modulation", 12.0 * b * d * d, 6 * d * d * size, () => functional.linear(functional.silu(c), wMod, b6));
        yield return Forward("adaptive layer norm, twice", 0, 4 * t, () => (AdaptiveLayerNorm.Apply(x, gate, gate), AdaptiveLayerNorm.Apply(x, gate, gate)));
        yield return Forward("qkv product", 3 * product, 4 * t, () => functional.linear(x, wQkv));
        yield return Forward("bias, parting into heads", 0, 6 * t, () => HeadSplit.Apply(qkv, bQkv, Heads, [1, 1, 1]));
        yield return Forward("scores", attention, 2 * t + s, () => bmm(q, k.transpose(1, 2)));
        yield return Forward("softmax", 0, 2 * s, () => SoftmaxKernel.Forward(scores, 0.125f));
        yield return Forward("mix", attention, 2 * t + s, () => bmm(weights, v));
        yield return Forward("heads side by side", 0, 2 * t, () => HeadKernel.Merge(q, Heads));
        yield return Forward("proj product", product, 2 * t, () => functional.linear(x, wProj));
        yield return Forward("fc1 product", 4 * product, 5 * t, () => functional.linear(x, w1));
        yield return Forward("bias, GELU", 0, 8 * t, () => GeluKernel.Forward(wide, b1, null));
        yield return Forward("fc2 product", 4 * product, 5 * t, () => functional.linear(wide, w2));
        yield return Forward("bias, gate, residual, twice", 0, 6 * t, () => (GateKernel.Forward(x, gate, y, bias), GateKernel.Forward(x, gate, y, bias)));

        yield return Backward("gates and biases, twice", 0, 6 * t, () => (GateKernel.Backward(gate, y, bias, x), GateKernel.Backward(gate, y, bias, x)));
        yield return Backward("fc2, two products", 8 * product, 11 * t, () => Both(x, w2, wide));
        yield return Backward("GELU, bias", 0, 12 * t, () => GeluKernel.BackwardRows(wide, wide));
        yield return Backward("fc1, two products", 8 * product, 11 * t, () => Both(wide, w1, x));
        yield return Backward("proj, two products", 2 * product, 5 * t, () => Both(x, wProj, y));
        yield return Backward("tokens to heads", 0, 2 * t, () => HeadKernel.Part(x, Heads));
        yield return Backward("attention, four products", 4 * attention, 8 * t + 4 * s, () => (
            bmm(weights.transpose(1, 2), q), bmm(q, v.transpose(1, 2)), bmm(scores, k), bmm(scores.transpose(1, 2), q)));
        yield return Backward("softmax", 0, 3 * s, () => SoftmaxKernel.Backward(weights, scores, 0.125f));
        yield return Backward("heads to tokens, bias", 0, 6 * t, () => HeadKernel.Join([q.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0)], [1, 1, 1], b));
        yield return Backward("qkv, two products", 6 * product, 9 * t, () => Both(qkv, wQkv, x));
        yield return Backward("adaptive layer norm, twice", 0, 6 * t, () => (LayerNormKernel.Backward(x, gate, moments, y), LayerNormKernel.Backward(x, gate, moments, y)));
        yield return Backward("sums at the residuals, twice", 0, 6 * t, () => (x.add_(y), x.add_(y)));
        yield return Backward("modulation", 24.0 * b * d * d, 12 * d * d * size, () => (mm(b6.expand(b, 6 * d), wMod), mm(b6.expand(b, 6 * d).t(), c)));
        yield return Backward("adding to kept gradients", 0, 3.0 * size * (18 * d * d), () => (wQkv.add_(wQkv), wProj.add_(wProj), w1.add_(w1), w2.add_(w2), wMod.add_(wMod)));
    }

    private sealed record Operation(string Name, double Flops, double Bytes, Func<object?> Run, bool Backward);
}
