using System.Globalization;
using Msf.Autoencoders;
using Msf.Factorization;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Collects what <see cref="AutoencoderReport"/> tells of one autoencoder.</summary>
/// <param name="channels">Channels of its latents.</param>
internal sealed class AutoencoderMeasures(int channels)
{
    private static readonly MultiScaleFactorization _factorization = new(new FactorizationConfig { Levels = 2 });
    private readonly List<double> _psnr = [], _ssim = [], _equivariance = [], _half = [];
    private readonly double[] _sums = new double[channels], _squares = new double[channels];
    private readonly (double Sum, double Square, long Count)[] _components = new (double, double, long)[2];
    private double _baseEnergy, _energy;
    private long _values;
    private long _side;

    /// <summary>Adds images, (B, 3, H, W).</summary>
    public void Add(IAutoencoder autoencoder, Tensor images)
    {
        var latent = autoencoder.Encode(images).Mean;                                         // (B, c, h, w)
        var decoded = autoencoder.Decode(latent).Clamped(-1, 1);
        _side = latent.shape[^1];
        _psnr.AddRange(Psnr(images, decoded));
        _ssim.AddRange(StructuralSimilarity.Of(images, decoded).data<float>().Select(value => (double)value));
        var half = Resampling.Down(images);
        _equivariance.AddRange(Psnr(half, autoencoder.Decode(Resampling.Down(latent)).Clamped(-1, 1)));
        if (half.shape[^1] % autoencoder.Config.Factor == 0) _half.AddRange(Psnr(half, autoencoder.Decode(autoencoder.Encode(half).Mean).Clamped(-1, 1)));
        var wide = latent.to_type(ScalarType.Float64);
        var (sums, squares) = (wide.sum([0, 2, 3]).data<double>().ToArray(), wide.Squared().sum([0, 2, 3]).data<double>().ToArray());
        for (var c = 0; c < channels; c++) (_sums[c], _squares[c]) = (_sums[c] + sums[c], _squares[c] + squares[c]);
        _values += wide.numel() / channels;
        // Of latents about their mean: a constant is no information, and would count for the base.
        var centred = latent.sub(latent.mean([0, 2, 3], keepdim: true));
        var components = _factorization.Split(centred);
        for (var level = 0; level < 2; level++)
        {
            var component = components[level].to_type(ScalarType.Float64);
            var (sum, square, count) = _components[level];
            _components[level] = (sum + component.sum().item<double>(), square + component.Squared().sum().item<double>(), count + component.numel());
        }
        _energy += centred.Squared().sum().item<float>();
        _baseEnergy += centred.sub(components[1]).Squared().sum().item<float>();
    }

    /// <summary>The cells of a row behind the name.</summary>
    public string Describe(int size)
    {
        static string Spread(List<double> values) => values.Count == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{values.Average():F2} ± {Deviation(values):F2}");
        double Std(int c) => Math.Sqrt(_squares[c] / _values - Math.Pow(_sums[c] / _values, 2));
        var deviations = _components.Select(component => Math.Sqrt(component.Square / component.Count - Math.Pow(component.Sum / component.Count, 2))).ToArray();
        var moments = string.Join("; ", Enumerable.Range(0, Math.Min(channels, 8)).Select(c => string.Create(CultureInfo.InvariantCulture, $"{_sums[c] / _values:F2}, {Std(c):F2}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {_side} x {_side} x {channels} (f{size / _side}) | {Spread(_psnr)} | {_ssim.Average():F3} ± {Deviation(_ssim):F3} | {Spread(_equivariance)} | {Spread(_half)} | {_baseEnergy / _energy:P1} | {deviations[0]:F3}, {deviations[1]:F3} | {moments}{(channels > 8 ? "; ..." : "")} |");
    }

    private static double Deviation(List<double> values) => Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));

    private static double[] Psnr(Tensor x, Tensor y) =>
        [.. x.sub(y).Squared().flatten(1).mean([1]).data<float>().Select(error => 10 * Math.Log10(4 / Math.Max(error, 1e-10)))];
}
