using System.Globalization;
using Msf.Factorization;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Splits the energy of images: by the components of a factorization, which is how a model makes them, and by radial frequency, which is how they look at any scale.
/// </summary>
public sealed class ImageBands
{
    private readonly MultiScaleFactorization _factorization;
    private readonly long _height, _width;
    private long[]? _band;                                                                    // of every frequency, (H W)

    /// <param name="factorization">The components.</param>
    /// <param name="height">Height of the images in pixels.</param>
    /// <param name="width">Width of the images in pixels.</param>
    public ImageBands(FactorizationConfig factorization, long height, long width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (_factorization, _height, _width) = (new MultiScaleFactorization(factorization), height, width);
        Frequencies = (int)Math.Min(height, width) / 2 + 1;
    }

    /// <summary>Number of components.</summary>
    public int Components => _factorization.Levels;

    /// <summary>Number of radial frequencies: 0 to half the shorter side; the last holds all above.</summary>
    public int Frequencies { get; }

    /// <summary>Names of the components, then of the frequencies.</summary>
    public IReadOnlyList<string> Names =>
    [
        .. Enumerable.Range(0, Components).Select(level => level == 0 ? "base" : Components == 2 ? "residual" : $"residual {level}"),
        .. Enumerable.Range(0, Frequencies).Select(band => band.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>
    /// Mean squares of every image: of the base about its mean colour, of every residual, and of the frequencies' shares, which add up to the mean square of the pixels (Parseval).
    /// </summary>
    /// <param name="images">(B, C, H, W), in [-1, 1].</param>
    /// <returns>(B, components + frequencies), float64, on the CPU, owned by the caller's dispose scope.</returns>
    public Tensor Energies(Tensor images)
    {
        ShapeGuard.Require(images, "images", -1, -1, _height, _width);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var x = images.to(ScalarType.Float32);
        var components = _factorization.Split(x);
        components[0] = components[0].sub(components[0].mean([2, 3], keepdim: true));
        var energies = components.Select(component => component.Squared().mean([1, 2, 3]).to(ScalarType.Float64).unsqueeze(1));
        var spectrum = fft.fft2(x);                                                           // (B, C, H, W), complex
        var power = spectrum.real.Squared().Plus(spectrum.imag.Squared()).mean([1]).flatten(1).to(ScalarType.Float64);           // (B, H W)
        var bands = zeros([x.shape[0], Frequencies], ScalarType.Float64, x.device);
        bands.scatter_add_(1, tensor(_band ??= BandOfEach(), device: x.device).unsqueeze(0).expand(x.shape[0], -1), power);
        var scale = 1.0 / ((double)_height * _width * _height * _width);
        return cat([.. energies, bands.Times(scale)], dim: 1).cpu().MoveToOuterDisposeScope();
    }

    /// <summary>Compares the energies of two sets.</summary>
    /// <param name="data">Moments of the data's energies.</param>
    /// <param name="samples">Moments of the samples'.</param>
    internal BandReport Compare(FeatureMoments data, FeatureMoments samples)
    {
        using var scope = NewDisposeScope();
        var (of, against) = (Read(samples), Read(data));
        var all = Names.Select((name, i) =>
        {
            var (d, s) = (against.Mean[i], of.Mean[i]);
            if (d <= 0) return new BandEnergy(name, d, s, null, null);
            var relative = Math.Sqrt(of.Variance[i] / (d * d) + against.Variance[i] * s * s / (d * d * d * d));
            return new BandEnergy(name, d, s, s / d - 1, relative);
        }).ToArray();
        return new BandReport { Components = all[..Components], Frequencies = all[Components..] };
    }

    private long[] BandOfEach()
    {
        var band = new long[_height * _width];
        for (long y = 0; y < _height; y++)
            for (long x = 0; x < _width; x++)
            {
                var (fy, fx) = (Math.Min(y, _height - y), Math.Min(x, _width - x));           // cycles an image
                band[y * _width + x] = Math.Min(Frequencies - 1, (long)Math.Round(Math.Sqrt(fy * fy + fx * fx)));
            }
        return band;
    }

    // Means, and the variances of the means.
    private static (double[] Mean, double[] Variance) Read(FeatureMoments moments) => (
        [.. moments.Mean.data<double>()], [.. moments.Covariance.diagonal().contiguous().data<double>().Select(variance => Math.Max(0, variance) / (moments.Count ?? 1))]);
}
