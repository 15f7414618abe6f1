using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Sums the loss of images by the time at which they were noised, in equal parts of [0, 1], on the device: nothing is read back before it is
/// asked for.
/// </summary>
public sealed class LossByTime : IDisposable
{
    /// <summary>Number of parts of [0, 1].</summary>
    public const int Parts = 8;

    private readonly Tensor _step;

    /// <summary>Starts empty.</summary>
    /// <param name="device">Device of the losses.</param>
    public LossByTime(Device device)
    {
        Sums = zeros([2, Parts], ScalarType.Float64, device).DetachFromDisposeScope();
        _step = zeros_like(Sums).DetachFromDisposeScope();
    }

    /// <summary>Sums of the losses, and numbers of images, since the last <see cref="Take"/>, (2, <see cref="Parts"/>) float64, owned by this.</summary>
    public Tensor Sums { get; }

    /// <summary>Begins a step; what was added since the last <see cref="Commit"/> is forgotten.</summary>
    public void Begin() => _step.zero_();

    /// <summary>Adds a batch, or a part of one, to the step.</summary>
    /// <param name="loss">Loss of every image, (B).</param>
    /// <param name="time">The time at which each was noised, (B).</param>
    public void Add(Tensor loss, Tensor time)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var part = time.Times(Parts).Clamped(0, Parts - 1).to_type(ScalarType.Int64);    // (B)
        var values = stack([loss.to_type(ScalarType.Float64), ones_like(loss, ScalarType.Float64)]);   // (2, B)
        _step.scatter_add_(1, part.unsqueeze(0).expand(2, -1), values);
    }

    /// <summary>Mean loss of the images of the step; reads it back from the device.</summary>
    public double StepMean()
    {
        using var scope = NewDisposeScope();
        var total = _step.sum(1).cpu().data<double>();                                        // (2)
        return total[0] / total[1];
    }

    /// <summary>Takes in the step; one that is skipped is not committed.</summary>
    public void Commit() => Sums.AddInPlace(_step);

    /// <summary>Mean loss of every part, null where no image fell, and starts anew.</summary>
    public double?[] Take()
    {
        using var scope = NewDisposeScope();
        var sums = Sums.cpu().data<double>().ToArray();
        Sums.zero_();
        return [.. Enumerable.Range(0, Parts).Select(i => sums[Parts + i] > 0 ? sums[i] / sums[Parts + i] : (double?)null)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sums.Dispose();
        _step.Dispose();
    }
}
