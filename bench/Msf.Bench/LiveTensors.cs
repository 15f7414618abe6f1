using Msf.Data;
using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;
using Msf.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Counts live tensors and resident memory before and after many training steps, and many sampled batches, of the tiny preset.</summary>
internal static class LiveTensors
{
    public static void Run(int steps, int batches)
    {
        var config = RunConfigReader.Read("tiny", []);
        using var source = ImageSources.Open(config.Data.Source!, config.Data.Classes);
        using var loader = new ImageBatches(source, config.Model.Size[0], config.Data.Loader(config.Training.Seed));
        var factorization = new MultiScaleFactorization(config.Model.Factorization);
        var statistics = DataStatistics.Measure(loader, factorization, config.Model.Channels);
        Train(steps);

        var networks = Enumerable.Range(0, config.Model.Stages.Length).Select(stage => new DiffusionTransformer(config.Model.Transformer(stage))).ToList();
        var sampler = new MsfSampler(config.Model, config.Diffusion, statistics, networks);
        var request = new SamplingRequest { Labels = [0, 1, 2, 3], ImageIndices = [0, 1, 2, 3], Seed = 0, Sampling = config.Sampling };
        Count($"{batches} sampled batches", batches, () =>
        {
            using var scope = NewDisposeScope();
            sampler.Sample(request);
        });
    }

    /// <summary>Runs the trainer itself: both stages, metrics, pages, saves in the background and sample sheets.</summary>
    private static void Train(int steps)
    {
        const int batch = 8;
        var warm = steps / 5;                                                                 // tables, pools and the heap have their size by then
        var config = RunConfigReader.Read("tiny",
        [
            $"training.batchSize={batch}", $"training.maxImages={(long)steps * batch}", $"training.logEveryImages={steps * batch / 40}",
            $"training.checkpointEveryImages={steps * batch / 25}", $"training.sampleEveryImages={steps * batch / 10}",
        ]);
        using var source = ImageSources.Open(config.Data.Source!, config.Data.Classes);
        var folder = Directory.CreateTempSubdirectory("msf-bench-");
        try
        {
            using var trainer = TrainingRun.Open(config, Path.Combine(folder.FullName, "run"), source, CPU, resume: false, _ => { });
            var (step, own, tensors, memory) = (0, 0L, 0L, 0L);
            trainer.Train(new Watch(_ =>
            {
                if (++step != warm) return;
                Thread.Sleep(2000);                                                           // a save that is under way has its own tensors
                Collect();
                (own, tensors, memory) = (DisposeScopeManager.Statistics.ThreadTotalLiveCount, Tensor.TotalCount, Environment.WorkingSet);
            }));
            Collect();
            var after = Environment.WorkingSet;
            Console.WriteLine(
                $"{steps} steps of a run, from step {warm} to the end: live tensors {Tensor.TotalCount - tensors:+0;-0;+0} (those of the training thread {DisposeScopeManager.Statistics.ThreadTotalLiveCount - own:+0;-0;+0}); resident memory {memory / 1048576.0:F1} MiB then, {after / 1048576.0:F1} MiB at the end, {(after - memory) / (double)memory:+0.00%;-0.00%}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
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
