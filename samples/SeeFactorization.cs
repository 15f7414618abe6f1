using Msf.Checkpoints;
using Msf.Data;
using Msf.Factorization;
using static TorchSharp.torch;

namespace Msf.Samples;

/// <summary>Draws what the method does: an image taken apart and put together again, and the bundled model's bases beside what the residuals make of them.</summary>
internal static class SeeFactorization
{
    private const int Side = 64, Shown = 128;

    public static void Run(string[] args)
    {
        if (args is not [var picture, var folder]) throw new ArgumentException("see-factorization needs an image and a folder for the drawings.");
        Directory.CreateDirectory(folder);
        using var scope = NewDisposeScope();

        var x = ToTensor(ImageResizer.Fit(ImageDecoder.Decode(picture), Side));              // (1, 3, 64, 64) in [-1, 1]
        var factorization = new MultiScaleFactorization(new FactorizationConfig { Levels = 2 });
        var components = factorization.Split(x);                                              // base (1, 3, 32, 32), residual (1, 3, 64, 64)
        var base0 = factorization.Condition(components[0], [Side, Side]);
        var merged = factorization.Merge(components);
        Console.WriteLine($"merged less image: at most {(merged - x).abs().max().item<float>():G2}; standard deviation of the base {components[0].std().item<float>():F2}, of the residual {components[1].std().item<float>():F2}");
        Draw(Path.Combine(folder, "factorization.png"), 4, x, base0, components[1], merged);

        using var model = MsfModel.Load("models/noto-emoji");
        var request = model.Request(labels: [0, 0, 1, 2, 3, 3], seed: 11);
        var bases = model.Sample(request with { Sampling = request.Sampling with { Stages = [request.Sampling.Stages[0], request.Sampling.Stages[1] with { Steps = 1 }] } });
        var images = model.Sample(request);
        var level0 = factorization.Condition(Resampling.Down(bases), [32, 32]);
        Draw(Path.Combine(folder, "stages.png"), 6, level0, images);
    }

    // Enlarged without smoothing, since pixels are what is to be seen.
    private static void Draw(string path, int columns, params Tensor[] rows)
    {
        var all = cat(rows.Select(row => nn.functional.interpolate(row, size: [Shown, Shown], mode: InterpolationMode.Nearest)).ToArray());
        PngFile.Write(path, ImageGrid.Make(ImageTensors.ToImages(all), columns));
    }

    private static Tensor ToTensor(RgbImage image) =>
        tensor(image.Pixels.Select(level => level / 127.5f - 1).ToArray()).view(1, image.Height, image.Width, 3).permute(0, 3, 1, 2).contiguous();
}
