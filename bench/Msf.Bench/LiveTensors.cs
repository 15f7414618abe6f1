using Msf.Data;
using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Counts live tensors and resident memory before and after many training steps, and many sampled batches, of the tiny preset.</summary>
internal static class LiveTensors
{
    public static void Run(int steps, int batches)
    {
        var config = RunConfigReader.Read("tiny", []);
        using var source = ImageSources.Open(config.Data.Source!, config.Data.Classes);
        var loader = new ImageBatches(source, config.Model.Size[0], config.Data.Loader(config.Training.Seed));
        var factorization = new MultiScaleFactorization(config.Model.Factorization);
        var statistics = DataStatistics.Measure(loader, factorization, config.Model.Channels);
        var folder = Directory.CreateTempSubdirectory("msf-bench-");
        try
        {
            using var trainer = new Trainer(
                config, new RunFolder(folder.FullName), loader, [.. source.Classes.Select(c => c.Name)], CPU, statistics);
            Count($"{steps} training steps", steps, () => trainer.Step());
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        var networks = Enumerable.Range(0, config.Model.Stages.Length).Select(stage => new DiffusionTransformer(config.Model.Transformer(stage))).ToList();
        var sampler = new MsfSampler(config.Model, config.Diffusion, statistics, networks);
        var request = new SamplingRequest { Labels = [0, 1, 2, 3], ImageIndices = [0, 1, 2, 3], Seed = 0, Sampling = config.Sampling };
        Count($"{batches} sampled batches", batches, () =>
        {
            using var scope = NewDisposeScope();
            sampler.Sample(request);
        });
    }

    private static void Count(string what, int times, Action run)
    {
        for (var i = 0; i < 20; i++) run();
        Collect();
        var (tensors, memory) = (Tensor.TotalCount, Environment.WorkingSet);
        for (var i = 0; i < times; i++) run();
        var beforeCollection = Tensor.TotalCount;
        Collect();
        Console.WriteLine(
            $"{what}: live tensors {tensors} before, {beforeCollection} after, {Tensor.TotalCount} after collection; resident memory {memory >> 20} MiB before, {Environment.WorkingSet >> 20} MiB after");
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
