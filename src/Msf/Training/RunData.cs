using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>What a run trains on: pixels, latents from a cache, or latents made from images as they are needed.</summary>
/// <param name="config">The run.</param>
/// <param name="source">Images or a latent cache; owned by the caller.</param>
/// <param name="device">Where to train.</param>
internal sealed class RunData(RunConfig config, ILabeledSet source, Device device)
{
    /// <summary>Loads the autoencoder and checks that it is the cache's, the model's and the run's.</summary>
    /// <param name="saved">What the run left, or null.</param>
    /// <returns>The autoencoder; null where pixels are trained on. Owned by the caller.</returns>
    /// <exception cref="ArgumentException">Data and model do not fit.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such autoencoder.</exception>
    /// <exception cref="InvalidDataException">The autoencoder is damaged, or another than the cache's or the run's.</exception>
    public RunLatents? Latents(SavedRun? saved)
    {
        var latents = Load();
        try
        {
            CheckFit(latents?.Autoencoder.Config);
            if (latents is not null && source is LatentCache cache) cache.RequireIdentity(latents.Autoencoder.Identity, latents.Folder);
            if (saved is not null && saved.State.AutoencoderIdentity != latents?.Autoencoder.Identity)
                throw new InvalidDataException($"{saved.Folder} was trained on {What(saved.State.AutoencoderIdentity)}, and this is {What(latents?.Autoencoder.Identity)}: resume with the run's own data and autoencoder.");
            return latents;
        }
        catch
        {
            latents?.Dispose();
            throw;
        }
    }

    /// <summary>Makes the loader.</summary>
    /// <param name="latents">What <see cref="Latents"/> gave.</param>
    /// <param name="brokenFound">Told of every broken image once.</param>
    /// <returns>The loader, owned by the caller.</returns>
    public ITrainingBatches Batches(RunLatents? latents, Action<BrokenImage> brokenFound)
    {
        var options = config.Data.Loader(config.Training.Seed);
        if (source is LatentCache cache) return new LatentBatches(cache, options, brokenFound);
        var factor = latents?.Autoencoder.Config.Factor ?? 1;
        var images = new ImageBatches((IImageSource)source, config.Model.Size[0] * factor, options, brokenFound);
        return latents is null ? images : new EncodedBatches(images, latents.Autoencoder, device, config.Training.Seed);
    }

    private RunLatents? Load()
    {
        var named = config.Data.Autoencoder is { } name
            ? ImageSources.Find(name) ?? throw new DirectoryNotFoundException($"there is no autoencoder {name} here or in {ImageSources.DataFolder} (data.autoencoder); make one with msf import or msf train.")
            : (source as LatentCache)?.Autoencoder;
        return named is null ? null : new RunLatents(AutoencoderFolder.Load(named, device), named);
    }

    private void CheckFit(AutoencoderConfig? autoencoder)
    {
        var model = config.Model;
        var channels = autoencoder?.LatentChannels ?? 3;
        if (model.Channels != channels)
            throw new ArgumentException(autoencoder is null
                ? $"the model has {model.Channels} channels, images have 3; train this preset on a latent cache (msf encode), or give data.autoencoder."
                : $"the model has {model.Channels} channels, the latents {channels}; set model.channels.");
        if (model.Size[0] != model.Size[1])
            throw new ArgumentException($"the model's size is {model.Size[0]}x{model.Size[1]}; training takes square images.");
        if (source is LatentCache { Index.Plan.Side: var side } && side != model.Size[0])
            throw new ArgumentException($"the model's size is {model.Size[0]}x{model.Size[1]}, the latents of {source.Name} are {side}x{side}; set model.size, or encode at {model.Size[0] * autoencoder!.Factor} pixels.");
        if (model.Classes != source.Classes.Count)
            throw new ArgumentException(
                $"the model has {model.Classes} classes, {source.Name} has {source.Classes.Count} ({string.Join(", ", source.Classes.Take(20).Select(c => c.Name))}); set model.classes or data.classes.");
    }

    private static string What(string? identity) => identity is null ? "pixels" : $"latents of the autoencoder {identity[..12]}";
}
