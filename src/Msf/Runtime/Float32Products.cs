using System.Diagnostics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Runtime;

/// <summary>
/// Chooses the way of float32 products on a CPU by measuring, once in a process. The two sum in different orders, so a run that goes on
/// keeps the way it was begun with (<see cref="Use"/>).
/// </summary>
public static class Float32Products
{
    /// <summary>Set to <c>linear</c> or <c>convolution</c>, this environment variable decides instead of a measurement.</summary>
    public const string Variable = "MSF_FLOAT32_PRODUCT";

    /// <summary>By what the convolution must be faster; it keeps a borderline machine from changing its mind.</summary>
    public const double RequiredAdvantage = 1.15;

    private const int Rounds = 7;
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

    /// <summary>x Wᵀ by a convolution of size 1 over one image whose pixels are the rows.</summary>
    /// <param name="x">Rows, (..., D), float32, contiguous.</param>
    /// <param name="weight">(M, D), float32.</param>
    /// <returns>(..., M), contiguous, owned by the caller's dispose scope.</returns>
    internal static Tensor Convolve(Tensor x, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var (m, d) = (weight.shape[0], weight.shape[1]);
        var image = x.view(1, -1, 1, d).permute(0, 3, 1, 2);                                  // (1, D, rows, 1), channels last
        return functional.conv2d(image, weight.view(m, d, 1, 1)).permute(0, 2, 3, 1)
            .reshape([.. x.shape[..^1], m]).MoveToOuterDisposeScope();
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

    /// <summary>Measures and chooses. One thread: several wait for each other on a busy machine.</summary>
    internal static ProductRoute Measure()
    {
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            var (x, w) = (HeldScalar.Constant([256, 384], 0.5, ScalarType.Float32, CPU), HeldScalar.Constant([768, 384], 0.25, ScalarType.Float32, CPU));
            var (linear, convolution) = (double.PositiveInfinity, double.PositiveInfinity);
            for (var round = 0; round < Rounds; round++)
            {
                linear = Math.Min(linear, Seconds(() => functional.linear(x, w)));
                convolution = Math.Min(convolution, Seconds(() => Convolve(x, w)));
            }
            return Choose(linear, convolution);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static double Seconds(Func<Tensor> product)
    {
        var start = Stopwatch.GetTimestamp();
        product().Dispose();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
