using System.Globalization;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf info</c> says of sampling a batch.</summary>
/// <param name="Batch">Images sampled together.</param>
/// <param name="Precision">Type of the products, <c>bf16</c> or <c>fp32</c>.</param>
/// <param name="WeightBytes">Bytes of all networks.</param>
/// <param name="ActivationBytes">Most bytes of activations at one time.</param>
/// <param name="Machine">The machine whose seconds are predicted; null where none is calibrated.</param>
/// <param name="CalibrationError">Mean of what the calibration misses its own measurements by, as a share of them.</param>
/// <param name="SecondsPerBatch">Predicted seconds of a batch, without an autoencoder.</param>
/// <param name="SecondsPerImage">Predicted seconds of an image of the batch.</param>
/// <param name="StageSeconds">Predicted seconds of the stages for a batch.</param>
/// <param name="BaselineSecondsPerImage">Predicted seconds of an image of the single-scale twin.</param>
internal sealed record InfoSampling(
    int Batch, string Precision, long WeightBytes, long ActivationBytes, string? Machine, double? CalibrationError, double? SecondsPerBatch,
    double? SecondsPerImage, IReadOnlyList<double>? StageSeconds, double? BaselineSecondsPerImage)
{
    /// <summary>Computes it.</summary>
    /// <param name="model">What sampling costs.</param>
    /// <param name="twin">What it costs the single-scale twin.</param>
    /// <param name="precision">Float32 or BFloat16.</param>
    /// <param name="calibration">Of a machine in this precision, or null.</param>
    internal static InfoSampling Of(SamplingCost model, SamplingCost twin, ComputePrecision precision, MachineCalibration? calibration)
    {
        var elementSize = precision == ComputePrecision.BFloat16 ? 2 : 4;
        double? Rounded(double? seconds) => seconds is { } value ? double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;
        return new InfoSampling(
            model.Batch, precision.ToName(), model.WeightBytes(elementSize), model.ActivationBytes(elementSize),
            calibration is null ? null : $"{calibration.Machine}, {calibration.Device}, {calibration.Threads} threads",
            Rounded(calibration?.MeanError),
            Rounded(calibration is null ? null : model.Seconds(calibration)),
            Rounded(calibration is null ? null : model.SecondsPerImage(calibration)),
            calibration is null ? null : [.. model.Stages.Select(stage => Rounded(stage.Seconds(calibration))!.Value)],
            Rounded(calibration is null ? null : twin.SecondsPerImage(calibration)));
    }

    /// <summary>For people: two lines.</summary>
    internal IEnumerable<string> Lines()
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"sampling, {Batch} images at once in {Precision}: weights {WeightBytes / 1e9:F2} GB, activations {ActivationBytes / 1e9:F2} GB");
        yield return Machine is null
            ? "  seconds: no calibration of this machine; msf bench --calibrate makes one, once, in some ten seconds"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"  predicted: {SecondsPerImage:G3} s an image, {SecondsPerBatch:G3} s a batch (stages {string.Join(" + ", StageSeconds!.Select(seconds => seconds.ToString("G3", CultureInfo.InvariantCulture)))}); twin {BaselineSecondsPerImage:G3} s an image, {BaselineSecondsPerImage / SecondsPerImage:F2} times as long");
    }
}
