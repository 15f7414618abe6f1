using Msf.Evaluation;
using Msf.Factorization;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class ImageBandsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(16, 16)]
    [InlineData(15, 20)]
    public void Frequencies_add_up_to_the_mean_square(int height, int width)
    {
        var images = rand(4, 3, height, width) * 2 - 1;
        var bands = new ImageBands(new FactorizationConfig(), height, width);
        var energies = bands.Energies(images);
        Assert.Equal([4, 2 + Math.Min(height, width) / 2 + 1], energies.shape);
        TensorAssert.Close(images.pow(2).mean([1, 2, 3]).to(ScalarType.Float64), energies.narrow(1, 2, bands.Frequencies).sum(1), 1e-5);
    }

    [Theory]
    [InlineData(3, 0, 3)]
    [InlineData(3, 4, 5)]
    [InlineData(0, 8, 8)]
    [InlineData(8, 8, 8)]                                                                     // a corner goes to the last
    public void A_wave_is_in_the_band_of_its_frequency(int down, int across, int band)
    {
        var phase = (arange(16).unsqueeze(1) * down + arange(16) * across) * (2 * Math.PI / 16);
        var energies = new ImageBands(new FactorizationConfig(), 16, 16).Energies(phase.cos().expand(1, 3, 16, 16))[0];
        var expected = down + across is 8 or 16 ? 1.0 : 0.5;                                  // the highest frequencies sample the crests alone
        for (var i = 0; i < 9; i++) Assert.Equal(i == band ? expected : 0, energies[2 + i].item<double>(), 1e-5);
    }

    [Fact]
    public void Components_are_those_of_the_factorization()
    {
        var config = new FactorizationConfig { Levels = 3, Upsample = UpsampleFilter.Nearest };
        var images = rand(2, 3, 16, 16);
        var bands = new ImageBands(config, 16, 16);
        Assert.Equal(["base", "residual 1", "residual 2", "0", "1"], bands.Names.Take(5));
        var energies = bands.Energies(images);
        var parts = new MultiScaleFactorization(config).Split(images);
        TensorAssert.Close((parts[0] - parts[0].mean([2, 3], keepdim: true)).pow(2).mean([1, 2, 3]).to(ScalarType.Float64), energies.select(1, 0), 1e-6);
        TensorAssert.Close(parts[2].pow(2).mean([1, 2, 3]).to(ScalarType.Float64), energies.select(1, 2), 1e-6);
        var flat = bands.Energies(nn.functional.interpolate(rand(1, 3, 4, 4), [16, 16], mode: InterpolationMode.Nearest));
        Assert.InRange(flat[0, 1].item<double>() + flat[0, 2].item<double>(), 0, 1e-10);      // what the base holds leaves nothing
    }

    [Fact]
    public void Twice_the_contrast_is_four_times_the_energy_in_every_band()
    {
        var images = randn(50, 3, 8, 8);
        var bands = new ImageBands(new FactorizationConfig(), 8, 8);
        using var data = Moments(bands.Energies(images));
        using var samples = Moments(bands.Energies(images * 2));
        var report = bands.Compare(data, samples);
        Assert.All(report.Components.Concat(report.Frequencies), band => Assert.Equal(3, band.Error!.Value, 1e-4));
        Assert.All(report.Components, band => Assert.InRange(band.StandardError!.Value, 1e-3, 1));
        Assert.Equal(["base", "residual"], report.Components.Select(band => band.Name));
        using var nothing = Moments(bands.Energies(zeros(5, 3, 8, 8)));
        Assert.Null(bands.Compare(nothing, samples).Components[0].Error);
    }

    public void Dispose() => _scope.Dispose();

    private static FeatureMoments Moments(Tensor energies)
    {
        using var statistics = new FeatureStatistics((int)energies.shape[1]);
        statistics.Add(energies);
        return statistics.Moments();
    }
}
