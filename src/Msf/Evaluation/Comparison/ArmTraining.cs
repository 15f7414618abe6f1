using Msf.Data;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>Trains an arm with a seed and keeps the model as it is at every share of the cost at which it is judged.</summary>
internal static class ArmTraining
{
    /// <summary>Trains what is not trained yet, from where it stopped.</summary>
    /// <param name="arm">An arm that trains weights of its own.</param>
    /// <param name="folder">Where.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="tell">Told what a person should know.</param>
    /// <param name="progress">Told the images seen, after every step.</param>
    /// <param name="cancellation">Stops it; a checkpoint is saved first.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run(PlannedArm arm, ComparisonFolder folder, Device device, Action<string> tell, Action<long> progress, CancellationToken cancellation)
    {
        if (IsDone(arm, folder)) return;
        var config = arm.Config with { Training = arm.Config.Training with { KeepCheckpoints = 1 } };
        using var images = DataSets.Open(config.Data.Source ?? throw new ArgumentException($"arm \"{arm.Arm.Name}\" names no images; set data.source."), config.Data.Classes);
        var run = folder.Run(arm);
        using var trainer = TrainingRun.Open(config, run, images, device, new RunFolder(run).HoldsRun, tell);
        for (var judged = 0; judged < arm.JudgedAtImages.Length; judged++)
        {
            var model = folder.Model(arm, judged);
            if (Directory.Exists(model)) continue;
            TrainUntil(trainer, arm.JudgedAtImages[judged], progress, cancellation);
            Directory.CreateDirectory(Path.GetDirectoryName(model)!);
            AtomicFolder.Write(model, into => CopyTree(new RunFolder(run).Model, into));
        }
    }

    /// <summary>Whether all models of an arm are there.</summary>
    public static bool IsDone(PlannedArm arm, ComparisonFolder folder) => Directory.Exists(folder.Model(arm, arm.JudgedAtImages.Length - 1));

    // A run that stops early saves, and its model folder is that of the checkpoint; one that was killed between the two writes the folder again.
    private static void TrainUntil(Trainer trainer, long images, Action<long> progress, CancellationToken cancellation)
    {
        using var reached = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (trainer.Images >= images) reached.Cancel();
        trainer.Train(new Steps(state =>
        {
            progress(state.Images);
            if (state.Images >= images && images < state.MaxImages) reached.Cancel();
        }), reached.Token);
        if (trainer.Images < images) cancellation.ThrowIfCancellationRequested();
    }

    private static void CopyTree(string from, string into)
    {
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(into, Path.GetFileName(file)));
        foreach (var child in Directory.GetDirectories(from))
        {
            var target = Directory.CreateDirectory(Path.Combine(into, Path.GetFileName(child)));
            CopyTree(child, target.FullName);
        }
    }

    // Told at once, on the training thread: a run has to stop after the very step that reaches its end.
    private sealed class Steps(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
