using System.Diagnostics;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>A stage's network and the time that is spent in it.</summary>
internal sealed class TimedNetwork(IStageNetwork network, Stopwatch clock) : IStageNetwork
{
    /// <summary>Settles labels and condition on the clock, too.</summary>
    public static StageNetworkFactory Of(StageNetworkFactory factory, Stopwatch clock) => (labels, nullClass, condition, conditionTime, times) =>
        new TimedNetwork(On(clock, () => factory(labels, nullClass, condition, conditionTime, times)), clock);

    public Tensor WithClass(Tensor x, double t) => On(clock, () => network.WithClass(x, t));

    public (Tensor Class, Tensor Null) WithAndWithoutClass(Tensor x, double t) => On(clock, () => network.WithAndWithoutClass(x, t));

    public IStageNetwork OfImages(long first, long count) => new TimedNetwork(network.OfImages(first, count), clock);

    public void Dispose() => network.Dispose();

    private static T On<T>(Stopwatch clock, Func<T> run)
    {
        clock.Start();
        var result = run();
        clock.Stop();
        return result;
    }
}
