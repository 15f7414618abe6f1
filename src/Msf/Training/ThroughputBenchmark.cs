using System.Diagnostics;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Times forward passes and training steps against the product ceiling of the same machine in the same minute: ceiling,
/// forward and step take turns, and every ratio is taken within a round.
/// </summary>
public static class ThroughputBenchmark
{
    private const int TrainingForwards = 3;

    /// <summary>Measures one case.</summary>
    /// <param name="what">Transformer and batch.</param>
    /// <param name="precision">Float32 or BFloat16.</param>
    /// <param name="device">Where.</param>
    /// <param name="rounds">Rounds of ceiling, forward and step; more is steadier.</param>
    /// <param name="cancellation">Looked at after every round.</param>
    public static ThroughputResult Measure(
        ThroughputCase what, ComputePrecision precision, Device device, int rounds, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var network = new DiffusionTransformer(what.Transformer);
        network.to(device);
        var training = new TrainingConfig { MaxImages = long.MaxValue, BatchSize = what.Batch };
        using var trainer = new StageTrainer(
            network, new StageLoss(new DiffusionConfig(), what.Transformer.Classes), training, precision.ToScalarType(), long.MaxValue);
        using var scope = NewDisposeScope();
        using var generator = SeededNoise.Generator(0);
        var x = randn([what.Batch, 4, 2 * what.Side, 2 * what.Side], generator: generator).to(device);
        var (t, labels) = (rand(what.Batch, device: device), zeros(what.Batch, ScalarType.Int64, device));

        void Forward()
        {
            using var inference = inference_mode();
            using var inner = NewDisposeScope();
            network.Forward(x, t, labels);
        }

        void Train() => trainer.Step(x, labels, condition: null, generator);

        double operations = 2.0 * what.Batch * TransformerCost.Of(what.Transformer).MultiplyAdds;
        var (ceilings, forwards, steps) = (new List<double>(), new List<double>(), new List<double>());
        Seconds(Forward, device);
        Seconds(Train, device);                                                               // the first runs prepare kernels and memory
        for (var round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            ceilings.Add(ProductCeiling.Measure(device, secondsPerProduct: 0.1).At(precision));
            forwards.Add(operations / Seconds(Forward, device));
            steps.Add(TrainingForwards * operations / Seconds(Train, device));
        }
        var perImage = operations / what.Batch;
        return new ThroughputResult(
            what, precision, Median(ceilings), Rate(forwards, ceilings, perImage), Rate(steps, ceilings, TrainingForwards * perImage));
    }

    /// <summary>Seconds of the fastest of three runs; the ceiling is that of the fastest product, too.</summary>
    private static double Seconds(Action run, Device device)
    {
        var times = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            var clock = Stopwatch.StartNew();
            run();
            if (device.type == DeviceType.CUDA) cuda.synchronize(device);
            times.Add(clock.Elapsed.TotalSeconds);
        }
        return times.Min();
    }

    private static ThroughputRate Rate(List<double> rates, List<double> ceilings, double operationsPerImage)
    {
        var ratios = rates.Zip(ceilings, (rate, ceiling) => rate / ceiling).ToList();
        return new ThroughputRate(Median(rates), Median(ratios), ratios.Min(), ratios.Max(), Median(rates) / operationsPerImage);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
