using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>
/// What the loss of a batch is computed from: data, and all that is drawn for it. Cut into parts it gives the same draws as the whole, so
/// gradients accumulated over the parts are those of the batch up to rounding.
/// </summary>
/// <param name="Data">Standardised components, (B, C, ...), float32.</param>
/// <param name="Noise">Noise eps, shape of <paramref name="Data"/>.</param>
/// <param name="Time">Times t, (B,) float32.</param>
/// <param name="Labels">Classes, (B,) int64, those that were dropped replaced by the null class.</param>
/// <param name="Condition">Noised conditions, shape of <paramref name="Data"/>; null for the base stage.</param>
/// <param name="ConditionTime">Times t_u of the conditions, (B,) float32; null for the base stage.</param>
/// <param name="Augmentation">Augmentation labels, (B, A) float32; null where there are none.</param>
public sealed record StageDraw(
    Tensor Data, Tensor Noise, Tensor Time, Tensor Labels, Tensor? Condition, Tensor? ConditionTime, Tensor? Augmentation = null)
{
    /// <summary>Number of images B.</summary>
    public long Count => Data.shape[0];

    /// <summary>Cuts the batch into parts whose sizes differ by one image at most, the larger ones first.</summary>
    /// <param name="parts">How many, at least 1; no more than there are images are made.</param>
    /// <returns>One after the other; their tensors are views, owned by the dispose scope in which each is asked for.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parts"/> is below 1.</exception>
    public IEnumerable<StageDraw> Split(int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        return parts == 1 ? [this] : Cut(Math.Min(parts, Count));
    }

    private IEnumerable<StageDraw> Cut(long parts)
    {
        var total = Count;
        for (long part = 0, start = 0; part < parts; part++)
        {
            var count = total / parts + (part < total % parts ? 1 : 0);
            Tensor Slice(Tensor whole) => whole.narrow(0, start, count);
            Tensor? SliceAny(Tensor? whole) => whole is null ? null : Slice(whole);
            yield return new StageDraw(
                Slice(Data), Slice(Noise), Slice(Time), Slice(Labels), SliceAny(Condition), SliceAny(ConditionTime), SliceAny(Augmentation));
            start += count;
        }
    }
}
