using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>
/// Checks a libtorch of another version than TorchSharp was compiled for: a product, attention, a gradient and an optimiser step
/// against the same computed in C#.
/// </summary>
internal static class LibtorchSelfTest
{
    private const float Tolerance = 1e-5f;

    private static readonly float[] _x = [0.5f, -1f, 2f, 0.25f];  // (2, 2), row by row
    private static readonly float[] _w = [1f, 0.5f, -0.75f, 2f];  // (2, 2)

    /// <summary>Runs the test.</summary>
    /// <exception cref="LibtorchNotFoundException">A result differs or a call fails; the message names both versions.</exception>
    /// <param name="report">Which libtorch is tested.</param>
    /// <param name="test">The test; <see cref="FirstFault"/> if null.</param>
    internal static void Run(LibtorchReport report, Func<string?>? test = null)
    {
        string? fault;
        try
        {
            fault = (test ?? FirstFault)();
        }
        catch (Exception e) when (e is System.Runtime.InteropServices.ExternalException or InvalidOperationException or EntryPointNotFoundException)
        {
            fault = $"a call failed, {e.Message.Split('\n')[0]}";
        }
        if (fault is not null)
        {
            throw new LibtorchNotFoundException(
                $"libtorch {report.Version} in {report.Path} fails the self-test of TorchSharp {torch.__version__} ({fault})",
                $"set {NativeSearch.FolderVariable} to a libtorch {LibtorchLoader.BuiltFor}, or unset it");
        }
    }

    /// <summary>What goes wrong first, or null if all is well.</summary>
    internal static string? FirstFault()
    {
        using var scope = NewDisposeScope();
        var x = tensor(_x).reshape(2, 2);
        var w = new TorchSharp.Modules.Parameter(tensor(_w).reshape(2, 2));

        var product = nn.functional.linear(x, w);
        if (Differs(product, ExpectedProduct)) return "a product is wrong";

        var heads = x.reshape(1, 1, 2, 2);
        if (Differs(nn.functional.scaled_dot_product_attention(heads, heads, heads), ExpectedAttention)) return "attention is wrong";

        using var optimizer = optim.AdamW([w], lr: 0.1, weight_decay: 0.5);
        product.Squared().sum().backward();
        if (w.grad is null || Differs(w.grad, ExpectedGradient)) return "a gradient is wrong";

        optimizer.step();
        return Differs(w, ExpectedStep) ? "an optimiser step is wrong" : null;
    }

    private static float[] ExpectedProduct => Cells((i, j) => (_x[2 * i] * _w[2 * j]) + (_x[(2 * i) + 1] * _w[(2 * j) + 1]));

    // The derivative of sum((x w^T)^2) by w is 2 (x w^T)^T x.
    private static float[] ExpectedGradient
    {
        get
        {
            var y = ExpectedProduct;
            return Cells((j, k) => 2f * ((y[j] * _x[k]) + (y[2 + j] * _x[2 + k])));
        }
    }

    // AdamW's first step: decay by 1 - lr * weight_decay, then lr * sign(gradient), as both moments are the gradient's own.
    private static float[] ExpectedStep
    {
        get
        {
            var gradient = ExpectedGradient;
            return [.. _w.Select((w, i) => (w * (1f - (0.1f * 0.5f))) - (0.1f * MathF.Sign(gradient[i])))];
        }
    }

    private static float[] ExpectedAttention
    {
        get
        {
            float Score(int i, int j) => MathF.Exp(((_x[2 * i] * _x[2 * j]) + (_x[(2 * i) + 1] * _x[(2 * j) + 1])) / MathF.Sqrt(2f));
            return Cells((i, d) => ((Score(i, 0) * _x[d]) + (Score(i, 1) * _x[2 + d])) / (Score(i, 0) + Score(i, 1)));
        }
    }

    private static float[] Cells(Func<int, int, float> cell) => [cell(0, 0), cell(0, 1), cell(1, 0), cell(1, 1)];

    private static bool Differs(Tensor actual, float[] expected)
    {
        var values = actual.detach().reshape(-1).data<float>().ToArray();
        return values.Length != expected.Length || values.Where((v, i) => !(MathF.Abs(v - expected[i]) <= Tolerance * (1f + MathF.Abs(expected[i])))).Any();
    }
}
