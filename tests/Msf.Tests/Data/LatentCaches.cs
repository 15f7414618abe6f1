using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Tests.Autoencoders;

namespace Msf.Tests.Data;

/// <summary>Small autoencoders in folders, and caches of the latents of synthetic shapes.</summary>
internal static class LatentCaches
{
    /// <summary>Writes the folder of a small autoencoder.</summary>
    public static string Autoencoder(string folder, AutoencoderConfig config, long seed = 1)
    {
        using var autoencoder = SmallAutoencoders.Create(config, seed);
        AutoencoderFolder.Save(folder, autoencoder, "small");
        return folder;
    }

    /// <summary>Encodes shapes of 16 px.</summary>
    public static LatentEncodingResult Encode(
        string autoencoder, string cache, IImageSource? source = null, Func<LatentEncodingOptions, LatentEncodingOptions>? change = null, Action<string>? tell = null,
        IProgress<LatentEncodingProgress>? progress = null, CancellationToken? cancellation = null)
    {
        var options = new LatentEncodingOptions { ShardImages = 10, BatchSize = 4 };
        using var shapes = source ?? new SyntheticImageSource(16, 32);
        return LatentEncoding.Run(
            shapes, autoencoder, cache, change?.Invoke(options) ?? options, tell: tell ?? (line => Assert.Fail($"unexpected: {line}")), progress: progress,
            cancellation: cancellation ?? TestContext.Current.CancellationToken);
    }

    /// <summary>All files of a cache by name, but for the gate.</summary>
    public static Dictionary<string, byte[]> Files(string cache) =>
        Directory.GetFiles(cache, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".gate", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetRelativePath(cache, file), File.ReadAllBytes);

    /// <summary>A progress that calls at once, on the caller's thread.</summary>
    public sealed class Callback(Action<LatentEncodingProgress> call) : IProgress<LatentEncodingProgress>
    {
        public void Report(LatentEncodingProgress value) => call(value);
    }
}
