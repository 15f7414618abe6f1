using System.Diagnostics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Runtime;

/// <summary>
/// Chooses the way of the float32 products of training on a CPU by measuring, once in a process. The two sum in different orders, so a run that goes on
/// keeps the way it was begun with (<see cref="Use"/>).
/// </summary>
public static class Float32Products
{
    /// <summary>Set to <c>linear</c> or <c>convolution</c>, this environment variable decides instead of a measurement.</summary>
    public const string Variable = "MSF_FLOAT32_PRODUCT";

    /// <summary>By what the convolution must be faster; it keeps a borderline machine from changing its mind.</summary>
    public const double RequiredAdvantage = 1.15;

    private const int Rounds = 9;
    private static readonly Lock _guard = new();
    private static ProductRoute? _route;

    /// <summary>The way; measured when it is first asked for, in a tenth of a second.</summary>
    /// <exception cref="ArgumentException">The environment variable is neither of its values.</exception>
    public static ProductRoute Route
    {
        get
        {
            lock (_guard) return _route ??= Stated(Environment.GetEnvironmentVariable(Variable)) ?? Measure();
        }
    }

    /// <summary>Goes on with a way for the rest of the process, unless the environment variable states one.</summary>
    /// <param name="route">The way.</param>
    internal static void Use(ProductRoute route)
    {
        lock (_guard) _route = Stated(Environment.GetEnvironmentVariable(Variable)) ?? route;
    }

    /// <summary>x Wᵀ by a convolution of size 1 over images whose pixels are the tokens.</summary>
    /// <param name="x">Tokens, (B, N, D), float32, contiguous; a single image goes to a slower library, which also warns.</param>
    /// <param name="weight">(M, D), float32; D and M multiples of 16, or the result may be wrong.</param>
    /// <returns>(B, N, M), contiguous, owned by the caller's dispose scope.</returns>
    internal static Tensor Convolve(Tensor x, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var (b, n, m, d) = (x.shape[0], x.shape[1], weight.shape[0], weight.shape[1]);
        var images = x.view(b, n, 1, d).permute(0, 3, 1, 2);                                  // (B, D, N, 1), channels last
        return functional.conv2d(images, weight.view(m, d, 1, 1)).permute(0, 2, 3, 1).reshape(b, n, m).MoveToOuterDisposeScope();
    }

    /// <summary>What a value of <see cref="Variable"/> asks for; null where it is not set.</summary>
    internal static ProductRoute? Stated(string? value) => value?.ToLowerInvariant() switch
    {
        null or "" or "auto" => null,
        "linear" => ProductRoute.Linear,
        "convolution" => ProductRoute.Convolution,
        _ => throw new ArgumentException($"{Variable} is \"{value}\"; expected linear, convolution or auto."),
    };

    /// <summary>The choice, given the seconds of one product on either way.</summary>
    internal static ProductRoute Choose(double linear, double convolution) =>
        linear >= RequiredAdvantage * convolution ? ProductRoute.Convolution : ProductRoute.Linear;

    /// <summary>Measures and chooses. On one thread libtorch takes another library for convolutions, so there is nothing to measure.</summary>
    internal static ProductRoute Measure()
    {
        if (get_num_threads() == 1) return ProductRoute.Linear;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = SeededNoise.Generator(0);
        var (x, w) = (randn([4, 256, 384], generator: generator), randn([768, 384], generator: generator));
        if (!Agree(functional.linear(x, w), Convolve(x, w))) return ProductRoute.Linear;
        var (linear, convolution) = (double.PositiveInfinity, double.PositiveInfinity);
        for (var round = 0; round < Rounds; round++)
        {
            linear = Math.Min(linear, Seconds(() => functional.linear(x, w)));
            convolution = Math.Min(convolution, Seconds(() => Convolve(x, w)));
        }
        return Choose(linear, convolution);
    }

    // libtorch 2.10's convolution is wrong on some processors where the outputs are no multiple of 16; no product of a block has so odd a width, but
    // what was wrong once is looked at.
    private static bool Agree(Tensor a, Tensor b) => a.sub(b).abs().max().item<float>() <= 1e-4f * a.abs().max().item<float>();

    private static double Seconds(Func<Tensor> product)
    {
        var start = Stopwatch.GetTimestamp();
        product().Dispose();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
