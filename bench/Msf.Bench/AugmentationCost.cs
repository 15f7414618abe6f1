using System.Diagnostics;
using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>What augmentation costs a loader thread: milliseconds an image, of images that are in memory.</summary>
internal static class AugmentationCost
{
    private const int Images = 64;

    private static readonly (string Name, AugmentationConfig Config)[] _arms =
    [
        ("as they are", new()),
        ("random resized crop", new() { RandomResizedCrop = new() }),
        ("color jitter", new() { ColorJitter = new() { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Hue = 0.1 } }),
        ("non-leaky, 0.12", new() { NonLeaky = new() }),
        ("non-leaky, 1", new() { NonLeaky = new() { Probability = 1 } }),
    ];

    public static void Run(int rounds)
    {
        foreach (var size in new[] { 32, 64, 256 })
        {
            using var source = new SyntheticImageSource(size, count: Images);
            var loaders = _arms.Select(arm => new ImageBatches(source, size, new() { Augmentation = arm.Config })).ToArray();
            var times = loaders.Select(_ => new List<double>()).ToArray();
            for (var round = -1; round < rounds; round++)                                     // the first prepares code and memory
                for (var arm = 0; arm < loaders.Length; arm++)
                {
                    using var scope = NewDisposeScope();
                    var clock = Stopwatch.StartNew();
                    loaders[arm].Next(Images);
                    if (round >= 0) times[arm].Add(clock.Elapsed.TotalMilliseconds / Images);
                }
            for (var arm = 0; arm < loaders.Length; arm++)
            {
                var sorted = times[arm].Order().ToArray();
                Console.WriteLine($"{size,4} px  {_arms[arm].Name,-22}{sorted[sorted.Length / 2],8:F3} ms an image ({sorted[0]:F3} to {sorted[^1]:F3})");
                loaders[arm].Dispose();
            }
        }
    }
}
