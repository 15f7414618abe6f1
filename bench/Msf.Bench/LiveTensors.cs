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
            $"training.checkpointEveryImages={steps * batch / 100}", $"training.sampleEveryImages={steps * batch / 20}",
        ]);
        using var source = ImageSources.Open(config.Data.Source!, config.Data.Classes);
        var folder = Directory.CreateTempSubdirectory("msf-bench-");
        try
        {
            using var trainer = TrainingRun.Open(config, Path.Combine(folder.FullName, "run"), source, CPU, resume: false, _ => { });
            var step = 0;
            var seen = new List<(long Own, long Tensors, long Memory)>();
            trainer.Train(new Watch(_ =>
            {
                if (++step != warm && step != steps) return;
                Thread.Sleep(2000);                                                           // a save that is under way has its own tensors
                Collect();
                seen.Add((DisposeScopeManager.Statistics.ThreadTotalLiveCount, Tensor.TotalCount, Environment.WorkingSet));
            }));
            var (then, last) = (seen[0], seen[1]);
            Console.WriteLine(
                $"{steps} steps of a run, from step {warm} to the last: live tensors {last.Tensors - then.Tensors:+0;-0;+0} (those of the training thread {last.Own - then.Own:+0;-0;+0}); resident memory {then.Memory / 1048576.0:F1} MiB then, {last.Memory / 1048576.0:F1} MiB at last, {(last.Memory - then.Memory) / (double)then.Memory:+0.00%;-0.00%}");
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
