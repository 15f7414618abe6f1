using Msf.Checkpoints;
using Msf.Data;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Samples;

/// <summary>Trains a factorized model on a folder with one sub-folder per class, going on where it was stopped, and draws one image of every class.</summary>
internal static class OwnFolder
{
    public static void Run(string[] args)
    {
        if (args is not [var folder, var run, ..]) throw new ArgumentException("own-folder needs a folder of images and a run folder.");
        using var images = DataSets.Open(folder);
        var config = RunConfigReader.Read("tiny", [$"model.classes={images.Classes.Count}", "model.size=[32,32]", "model.stages.0.width=64", "model.stages.1.width=64"]);
        config = config with
        {
            Model = config.Model with { Name = "my images" },
            Data = config.Data with { Source = folder, HorizontalFlip = true },
            Training = config.Training with { MaxImages = args.Length > 2 ? long.Parse(args[2]) : 20_000 },
        };

        using (var trainer = TrainingRun.Open(config, run, images, CPU, resume: new RunFolder(run).HoldsRun, warn: Console.Error.WriteLine))
            trainer.Train(new Shown());

        using var model = MsfModel.Load(new RunFolder(run).Model);
        using var drawn = model.Sample(model.Request(labels: [.. Enumerable.Range(0, images.Classes.Count)], seed: 1));
        PngFile.Write(Path.Combine(run, "classes.png"), ImageGrid.Make(ImageTensors.ToImages(drawn), columns: 8));
    }

    // Progress comes after every step; a line a second is enough.
    private sealed class Shown : IProgress<TrainingProgress>
    {
        private long _next;

        public void Report(TrainingProgress value)
        {
            if (Environment.TickCount64 < _next) return;
            _next = Environment.TickCount64 + 1000;
            Console.WriteLine($"{value.Images:N0} of {value.MaxImages:N0} images, loss {value.Loss:F3}, {value.Remaining:hh\\:mm\\:ss} left");
        }
    }
}
