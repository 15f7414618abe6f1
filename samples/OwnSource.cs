using Msf.Data;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Samples;

/// <summary>Trains on images that no file holds: a data source of one's own. All that training needs is a number of images, their classes, and the pixels of any of them.</summary>
internal static class OwnSource
{
    public static void Run()
    {
        using var images = new Gradients(1024);
        var config = RunConfigReader.Read("tiny", ["model.classes=2", "training.maxImages=2048"]);
        using var trainer = TrainingRun.Open(config, Directory.CreateTempSubdirectory("msf-own-source-").FullName, images, CPU, resume: false, warn: Console.Error.WriteLine);
        var result = trainer.Train();
        Console.WriteLine($"{result.Images:N0} images in {result.Seconds:F1} s; the model is {result.Model}");
    }

    /// <summary>Images that grow lighter to the right (class 0) or downwards (class 1). The same index gives the same image always, on any thread.</summary>
    private sealed class Gradients(int count) : IImageSource
    {
        private const int Side = 16;

        public string Name => "gradients";

        public int Count => count;

        public IReadOnlyList<ImageClass> Classes { get; } = [new("right", (count + 1) / 2), new("down", count / 2)];

        public int LabelAt(int index) => index % 2;

        public string NameAt(int index) => $"gradient {index}";

        public LabeledImage Read(int index)
        {
            var pixels = new byte[Side * Side * 3];                                           // rows from top to bottom, RGB
            var (strength, channel) = (0.5 + 0.5 * (index * 37 % 101) / 100, index * 7 % 3);
            for (var y = 0; y < Side; y++)
                for (var x = 0; x < Side; x++)
                    pixels[(y * Side + x) * 3 + channel] = (byte)(255 * strength * (LabelAt(index) == 0 ? x : y) / (Side - 1));
            return new LabeledImage(new RgbImage(pixels, Side, Side), LabelAt(index), NameAt(index));
        }

        public void Dispose()
        {
        }
    }
}
