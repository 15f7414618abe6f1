using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class MachineCalibrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_gives_back_what_was_saved()
    {
        var calibration = Calibrations.Of(Calibrations.Free with { Products = 1.5e-12 }, Calibrations.Free with { Blocks = 1e-4 }, noise: 1e-9);
        calibration.Save(_folder["new/folder/machine.json"]);
        Assert.Equal(calibration, MachineCalibration.Read(_folder["new/folder/machine.json"]));
    }

    [Theory]
    [InlineData("\"format\": 2", "\"format\": 9", "format 9")]
    [InlineData("\"threads\": 2", "\"threads\": 0", "threads and cacheBytes must be at least 1")]
    [InlineData("\"secondsPerNoise\": 0", "\"secondsPerNoise\": -1", "must be finite and at least 0")]
    [InlineData("\"libtorch\"", "\"libtorsh\"", "libtorsh")]
    public void A_file_that_is_no_calibration_gets_one_line(string text, string damaged, string expected)
    {
        Calibrations.Of(Calibrations.Free).Save(_folder["machine.json"]);
        var whole = File.ReadAllText(_folder["machine.json"]);
        Assert.Contains(text, whole, StringComparison.Ordinal);
        File.WriteAllText(_folder["machine.json"], whole.Replace(text, damaged, StringComparison.Ordinal));
        var error = Assert.Throws<InvalidDataException>(() => MachineCalibration.Read(_folder["machine.json"]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_missing_file_says_how_to_make_one() =>
        Assert.Contains("msf bench --calibrate", Assert.Throws<FileNotFoundException>(() => MachineCalibration.Read(_folder["none.json"])).Message, StringComparison.Ordinal);

    [Fact]
    public void Precisions_have_files_of_their_own() =>
        Assert.NotEqual(MachineCalibration.PathOf(CPU, ComputePrecision.Float32), MachineCalibration.PathOf(CPU, ComputePrecision.BFloat16));

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void A_measurement_explains_its_own_networks_and_predicts_seconds(ComputePrecision precision)
    {
        CalibrationRun.Size[] sizes = [new(32, 1, 2, 4, [1, 2]), new(32, 2, 2, 8, [1, 4]), new(64, 2, 2, 4, [1, 2])];
        var calibration = CalibrationRun.Measure(CPU, precision, sizes, rounds: 1, TestContext.Current.CancellationToken);
        Assert.Equal(precision, calibration.Precision);
        Assert.Equal(precision == ComputePrecision.BFloat16 && get_num_threads() is 2 or 4, calibration.Apart is not null);
        Assert.All([.. calibration.Together.ToArray(), .. calibration.Apart?.ToArray() ?? []], seconds => Assert.True(seconds >= 0));
        Assert.InRange(calibration.MeanError, 0, calibration.LargestError);
        Assert.True(calibration.EvaluationSeconds(RandomNetworks.Transformer, 1, 2, 4) > 0);
        calibration.Save(_folder["machine.json"]);
        Assert.Equal(calibration, MachineCalibration.Read(_folder["machine.json"]));
    }

    [Fact]
    public void A_measurement_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => CalibrationRun.Measure(CPU, ComputePrecision.Float32, [new(32, 1, 2, 4, [1])], 1, stop.Token));
    }
}
