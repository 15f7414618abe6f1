using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>What a run trains on: pixels, latents from a cache, or latents made from images as they are needed.</summary>
internal sealed class RunData : IDisposable
{
    private readonly RunConfig _config;
    private readonly ILabeledSet _source;
    private readonly Device _device;

    /// <summary>Loads the autoencoder, where there is one, and checks that data and model fit.</summary>
    /// <param name="config">The run.</param>
    /// <param name="source">Images or a latent cache; owned by the caller.</param>
    /// <param name="device">Where to train.</param>
    /// <exception cref="ArgumentException">Data and model do not fit.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such autoencoder.</exception>
    /// <exception cref="InvalidDataException">The autoencoder is damaged, or another than the cache's; or the model to distil is, or does not fit.</exception>
    public RunData(RunConfig config, ILabeledSet source, Device device)
    {
        (_config, _source, _device) = (config, source, device);
        Latents = Load();
        try
        {
            CheckFit(Latents?.Autoencoder.Config);
            if (Latents is not null && source is LatentCache cache) cache.RequireIdentity(Latents.Autoencoder.Identity, Latents.Folder);
            Teacher = DistillationTeacher.Load(config, device, Latents?.Autoencoder.Identity);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The autoencoder; null where pixels are trained on. Owned by this.</summary>
    public RunLatents? Latents { get; }

    /// <summary>The model that is distilled; null where none is. Owned by this.</summary>
    public DistillationTeacher? Teacher { get; }

    /// <summary>Requires the autoencoder to be the run's.</summary>
    /// <param name="saved">What the run left.</param>
    /// <exception cref="InvalidDataException">It is another.</exception>
    public void RequireSame(SavedRun saved)
    {
        var identity = Latents?.Autoencoder.Identity;
        if (saved.State.AutoencoderIdentity != identity)
            throw new InvalidDataException($"{saved.Folder} was trained on {What(saved.State.AutoencoderIdentity)}, and this is {What(identity)}: resume with the run's own data and autoencoder.");
    }

    /// <summary>Makes the loader.</summary>
    /// <param name="brokenFound">Told of every broken image once.</param>
    /// <returns>The loader, owned by the caller.</returns>
    public ITrainingBatches Batches(Action<BrokenImage> brokenFound)
    {
        var options = _config.Data.Loader(_config.Training.Seed);
        if (_source is LatentCache cache) return new LatentBatches(cache, options, brokenFound);
        var factor = Latents?.Autoencoder.Config.Factor ?? 1;
        var images = _config.Data.Buckets is { } buckets
            ? new ImageBatches((IImageSource)_source, buckets.Resolve(), options, brokenFound)
            : new ImageBatches((IImageSource)_source, _config.Model.Size[0] * factor, options, brokenFound);
        return Latents is null ? images : new EncodedBatches(images, Latents.Autoencoder, _device, _config.Training.Seed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Latents?.Dispose();
        Teacher?.Dispose();
    }

    private RunLatents? Load()
    {
        var named = _config.Data.Autoencoder is { } name
            ? ImageSources.Find(name) ?? throw new DirectoryNotFoundException($"there is no autoencoder {name} here or in {ImageSources.DataFolder} (data.autoencoder); make one with msf import or msf train.")
            : (_source as LatentCache)?.Autoencoder;
        return named is null ? null : new RunLatents(AutoencoderFolder.Load(named, _device), named);
    }

    private void CheckFit(AutoencoderConfig? autoencoder)
    {
        var model = _config.Model;
        var channels = autoencoder?.LatentChannels ?? 3;
        if (model.Channels != channels)
            throw new ArgumentException(autoencoder is null
                ? $"the model has {model.Channels} channels, images have 3; train this preset on a latent cache (msf encode), or give data.autoencoder."
                : $"the model has {model.Channels} channels, the latents {channels}; set model.channels.");
        if (_config.Data.Buckets is { } buckets) CheckBuckets(buckets, autoencoder?.Factor ?? 1);
        else if (model.Size[0] != model.Size[1])
            throw new ArgumentException($"the model's size is {model.Size[0]}x{model.Size[1]}; training takes square images, others by data.buckets.");
        if (_source is LatentCache { Index.Plan.Side: var side } && side != model.Size[0])
            throw new ArgumentException($"the model's size is {model.Size[0]}x{model.Size[1]}, the latents of {_source.Name} are {side}x{side}; set model.size, or encode at {model.Size[0] * autoencoder!.Factor} pixels.");
        if (model.Classes != _source.Classes.Count)
            throw new ArgumentException(
                $"the model has {model.Classes} classes, {_source.Name} has {_source.Classes.Count} ({string.Join(", ", _source.Classes.Take(20).Select(c => c.Name))}); set model.classes={_source.Classes.Count}, or choose among them with data.classes.");
    }

    private void CheckBuckets(BucketConfig buckets, int factor)
    {
        if (_source is LatentCache)
            throw new ArgumentException($"{_source.Name} is a latent cache, whose latents have one size; train with data.buckets on the images and data.autoencoder.");
        var rule = new SizeRule(_config.Model, factor);
        foreach (var size in buckets.Resolve())
            if (rule.Error(size.Height, size.Width) is { } error) throw new ArgumentException($"data.buckets: {error}.");
    }

    private static string What(string? identity) => identity is null ? "pixels" : $"latents of the autoencoder {identity[..12]}";
}
