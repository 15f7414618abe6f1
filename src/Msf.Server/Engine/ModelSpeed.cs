using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Server;

/// <summary>
/// How long a model takes: predicted by the cost model with the machine's calibration, where there is one, and corrected by what was measured while serving. Without a
/// calibration, what was measured alone. Usable from any thread.
/// </summary>
/// <param name="card">The model.</param>
internal sealed class ModelSpeed(ModelCard card)
{
    private const double Weight = 0.2;
    private readonly Lock _lock = new();
    private MachineCalibration? _calibration;
    private double? _secondsPerWork;                                                          // measured, batches of any size
    private double? _correction;                                                              // measured over predicted

    /// <summary>Measured seconds of a multiply-add as images were batched lately; null before the first.</summary>
    internal double? SecondsPerWork
    {
        get
        {
            lock (_lock) return _secondsPerWork;
        }
    }

    /// <summary>Looks for a calibration; called where the model is loaded.</summary>
    internal void Calibrate(Device device, ComputePrecision precision)
    {
        var calibration = MachineCalibration.TryLoad(device, precision);
        lock (_lock) _calibration = calibration;
    }

    /// <summary>Multiply-adds of one image, stage by stage.</summary>
    internal IReadOnlyList<double> Work(ModelConfig model, SamplingConfig sampling) =>
        [.. SamplingCost.Of(model, sampling, 1, card.Manifest.Diffusion.Path).Stages.Select(stage => (double)stage.MultiplyAddsPerImage)];

    /// <summary>Expected seconds of a batch, stage by stage; null where nothing is known yet.</summary>
    internal IReadOnlyList<double>? Seconds(ModelConfig model, SamplingConfig sampling, int batch)
    {
        var cost = SamplingCost.Of(model, sampling, batch, card.Manifest.Diffusion.Path);
        lock (_lock)
        {
            if (_calibration is { } machine) return [.. cost.Stages.Select(stage => stage.Seconds(machine) * (_correction ?? 1))];
            return _secondsPerWork is { } each ? [.. cost.Stages.Select(stage => stage.MultiplyAddsPerImage * batch * each)] : null;
        }
    }

    /// <summary>A batch was made.</summary>
    /// <param name="model">The architecture at its size.</param>
    /// <param name="sampling">Its settings.</param>
    /// <param name="batch">Its images.</param>
    /// <param name="seconds">What it took.</param>
    internal void Measured(ModelConfig model, SamplingConfig sampling, int batch, double seconds)
    {
        var cost = SamplingCost.Of(model, sampling, batch, card.Manifest.Diffusion.Path);
        lock (_lock)
        {
            _secondsPerWork = Average(_secondsPerWork, seconds / (cost.MultiplyAddsPerImage * (double)batch));
            if (_calibration is { } machine && cost.Seconds(machine) is > 0 and var predicted) _correction = Average(_correction, seconds / predicted);
        }
    }

    private static double Average(double? before, double now) => before is { } old ? old + Weight * (now - old) : now;
}
