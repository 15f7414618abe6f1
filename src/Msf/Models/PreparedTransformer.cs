using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Models;

/// <summary>
/// A network made ready to run many times on the same images, as sampling does: labels and conditions are settled, all images of a step share its time. The
/// conditioning vectors of a step are then no more than the different labels, and those of many steps are known beforehand: their modulations, whose weights are
/// a third of a network, are computed for a window of steps in one product a block. <see cref="DiffusionTransformer.Forward(Tensor, Tensor, Tensor, Tensor?, Tensor?)"/>
/// is the reference, and gives the same up to rounding.
/// </summary>
public sealed class PreparedTransformer : IDisposable
{
    /// <summary>Most memory, in bytes, that modulations computed in advance take.</summary>
    public const long WindowBytes = 64 << 20;

    private readonly DiffusionTransformer _network;
    private readonly Tensor? _condition;
    private readonly double _conditionTime;
    private readonly long[] _labels;
    private readonly float[] _times;
    private readonly long[] _different;
    private readonly Tensor _rows;
    private readonly Tensor _nullRows;
    private readonly Tensor _bothRows;
    private readonly int _timesAWindow;
    private readonly PreparedModulations _ahead = new();
    private readonly PreparedModulations _unexpected = new();

    /// <summary>Settles labels and conditions; both must outlive this.</summary>
    /// <param name="network">The network, whose parameters do not change as long as this is used.</param>
    /// <param name="labels">Class of every image, 0 to K, B of them.</param>
    /// <param name="condition">Noised condition, (B, C_u, H, W); exactly where the network takes one.</param>
    /// <param name="conditionTime">Noise level t_u of the condition.</param>
    /// <param name="times">Times at which the network will run, in order; others are taken as they come, at the cost of a pass over the modulations' weights.</param>
    /// <param name="windowBytes">Most memory that modulations computed in advance take.</param>
    /// <exception cref="ArgumentException">The condition is missing or unexpected, or of another batch.</exception>
    public PreparedTransformer(
        DiffusionTransformer network, ReadOnlySpan<long> labels, Tensor? condition, double conditionTime, IEnumerable<double> times, long windowBytes = WindowBytes)
    {
        var config = network.Config;
        if (condition is not null != config.ConditionChannels > 0)
            throw new ArgumentException(
                config.ConditionChannels > 0 ? "this stage needs a condition; pass it." : "this stage takes no condition; pass none.", nameof(condition));
        if (condition is not null) ShapeGuard.Require(condition, nameof(condition), labels.Length, config.ConditionChannels, -1, -1);
        (_network, _condition, _conditionTime) = (network, condition, conditionTime);
        _times = [.. times.Select(t => (float)t).Distinct()];
        long[] all = _labels = [.. labels];
        _different = [.. all.Append(config.Classes).Distinct().Order()];                      // the null class last
        var rows = all.Select(label => (long)Array.BinarySearch(_different, label)).ToArray();
        var none = _different.Length - 1L;
        _rows = tensor(rows, device: network.Device).DetachFromDisposeScope();                // (B)
        _nullRows = tensor([.. rows.Select(_ => none)], device: network.Device).DetachFromDisposeScope();
        _bothRows = tensor([.. rows.SelectMany(row => new[] { row, none })], device: network.Device).DetachFromDisposeScope();  // (2 B), an image's two side by side
        var bytesATime = (6L * config.Depth + 2) * config.Width * _different.Length * (network.Type == ScalarType.Float32 ? 4 : 2);
        _timesAWindow = (int)Math.Clamp(windowBytes / bytesATime, 1, Math.Max(1, _times.Length));
    }

    /// <summary>Runs the network with the labels.</summary>
    /// <param name="x">Noisy components, (B, C, H, W).</param>
    /// <param name="t">Time of all of them.</param>
    /// <returns>Prediction, (B, C_out, H, W), float32, owned by the caller's dispose scope.</returns>
    public Tensor Forward(Tensor x, double t) => Run(x, t, _rows, copies: 1);

    /// <summary>Runs the network with the null class in place of the labels.</summary>
    /// <inheritdoc cref="Forward" path="/param"/>
    /// <inheritdoc cref="Forward" path="/returns"/>
    public Tensor ForwardNull(Tensor x, double t) => Run(x, t, _nullRows, copies: 1);

    /// <summary>Runs the network with the labels and with the null class, in one batch of twice the size.</summary>
    /// <inheritdoc cref="Forward" path="/param"/>
    /// <returns>Both predictions, (B, C_out, H, W), float32, owned by the caller's dispose scope.</returns>
    public (Tensor Labels, Tensor Null) ForwardBoth(Tensor x, double t)
    {
        using var scope = NewDisposeScope();
        var both = Run(x, t, _bothRows, copies: 2).unflatten(0, [x.shape[0], 2]);             // (B, 2, C_out, H, W)
        return (both.select(1, 0).MoveToOuterDisposeScope(), both.select(1, 1).MoveToOuterDisposeScope());
    }

    /// <summary>The same network for some of the images; no times are expected.</summary>
    /// <param name="first">First image.</param>
    /// <param name="count">How many.</param>
    /// <returns>To be disposed by the caller; what it keeps of the condition belongs to the caller's dispose scope.</returns>
    public PreparedTransformer OfImages(int first, int count) =>
        new(_network, _labels.AsSpan(first, count), _condition?.narrow(0, first, count), _conditionTime, []);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { _rows, _nullRows, _bothRows }) tensor.Dispose();
        _ahead.Dispose();
        _unexpected.Dispose();
    }

    private Tensor Run(Tensor x, double t, Tensor rows, int copies)
    {
        ShapeGuard.Require(x, nameof(x), _rows.shape[0], _network.Config.Channels, -1, -1);
        if (_condition is not null) ShapeGuard.Require(_condition, "condition", -1, -1, x.shape[2], x.shape[3]);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var modulations = ModulationsAt((float)t);
        var placed = _network.Place(x);                                                       // once, before the threads ask
        var count = copies * x.shape[0];
        var shares = BatchShares.Of(count, _network.Device, _network.Type);
        var output = shares == 1 ? Share(0, count) : BatchShares.Run(shares, [count, _network.Config.OutputChannels, .. x.shape[2..]], Share);
        return output.MoveToOuterDisposeScope();                                              // (copies B, C_out, H, W)

        // Some of the rows, which are an image's copies side by side, then the next one's.
        Tensor Share(long start, long length)
        {
            using var inner = NewDisposeScope();
            // Embedded once and copied, an image would be in products of half as many rows: of few tokens those sum in another order than of many.
            var tokens = _network.Tokens(Rows(x, copies, start, length), _condition is null ? null : Rows(_condition, copies, start, length), placed);  // (b, N, D)
            var own = rows.narrow(0, start, length);
            Tensor[] Of(int layer) => modulations.At((float)t, layer, _different.Length).index_select(1, own).unbind(0);
            return _network.Modulated(tokens, placed, Of).MoveToOuterDisposeScope();
        }
    }

    private static Tensor Rows(Tensor images, int copies, long start, long length)
    {
        if (copies == 1) return images.narrow(0, start, length);
        using var scope = NewDisposeScope();
        var (first, last) = (start / copies, (start + length + copies - 1) / copies);
        return images.narrow(0, first, last - first).unsqueeze(1).expand(-1, copies, -1, -1, -1).contiguous().flatten(0, 1)
            .narrow(0, start - first * copies, length).MoveToOuterDisposeScope();
    }

    private PreparedModulations ModulationsAt(float t)
    {
        var place = Array.IndexOf(_times, t);
        var kept = place >= 0 ? _ahead : _unexpected;
        if (!kept.Has(t)) kept.Replace(place >= 0 ? _times[place..Math.Min(place + _timesAWindow, _times.Length)] : [t], Compute);
        return kept;
    }

    // Row by row the different labels for every time: of every layer (6 or 2, times x labels, 1, D).
    private IReadOnlyList<Tensor> Compute(float[] times)
    {
        using var scope = NewDisposeScope();
        var device = _network.Device;
        float[] rowTimes = [.. times.SelectMany(time => Enumerable.Repeat(time, _different.Length))];
        long[] rowLabels = [.. times.SelectMany(_ => _different)];
        var conditionTimes = _condition is null ? null : HeldScalar.Constant([rowTimes.Length], _conditionTime, ScalarType.Float32, device);
        var c = _network.Conditioning(tensor(rowTimes, device: device), tensor(rowLabels, device: device), conditionTimes, augmentation: null);
        var threads = BatchShares.Of(int.MaxValue, device, _network.Type);
        var layers = new Modulations(_network, nn.functional.silu(c), rowTimes.Length, threads).Values;
        foreach (var layer in layers) layer.MoveToOuterDisposeScope();
        return layers;
    }
}
