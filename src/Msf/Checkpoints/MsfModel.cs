using Msf.Autoencoders;
using Msf.Models;
using Msf.Modules;
using Msf.Runtime;
using Msf.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>A trained model, loaded and ready to sample.</summary>
/// <example>
/// <code>
/// using var model = MsfModel.Load("models/noto-emoji");
/// using var images = model.Sample(model.Request(labels: [0, 1, 2], seed: 7));   // (3, 3, 32, 32) in [-1, 1]
/// </code>
/// </example>
public sealed class MsfModel : IDisposable
{
    private readonly DiffusionTransformer[] _networks;
    private readonly WeakerModel? _guide;
    private readonly MsfSampler _sampler;

    private MsfModel(ModelManifest manifest, DiffusionTransformer[] networks, ComputePrecision precision, IAutoencoder? autoencoder, WeakerModel? guide)
    {
        (Manifest, _networks, Precision, Autoencoder, _guide) = (manifest, networks, precision, autoencoder, guide);
        _sampler = new MsfSampler(manifest.Model, manifest.Diffusion, manifest.Statistics, networks, guide?.Networks);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Type of the products: float32 or bfloat16.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Decodes what is sampled; null where the model makes pixels, or where its latents' autoencoder is not there.</summary>
    public IAutoencoder? Autoencoder { get; }

    /// <summary>What the weaker model is that can guide it (<see cref="Msf.Sampling.GuidanceSource.WeakerModel"/>); null where none was given.</summary>
    public ModelManifest? Guide => _guide?.Manifest;

    /// <summary>Where it computes.</summary>
    public Device Device => _networks[0].Device;

    /// <summary>What samples, before any autoencoder.</summary>
    internal MsfSampler Sampler => _sampler;

    /// <summary>Which sizes of images the model can make, in pixels of these.</summary>
    public SizeRule Sizes => new(Manifest.Model, Autoencoder?.Config.Factor ?? 1);

    /// <summary>What positions become at another size than that of training, stage by stage, coarse to fine; those of the model until set. A weaker model that guides follows.</summary>
    /// <exception cref="ArgumentException">Set to another number than of stages.</exception>
    public IReadOnlyList<PositionScaling> PositionScaling
    {
        get => [.. _networks.Select(network => network.PositionScaling)];
        set
        {
            if (value.Count != _networks.Length) throw new ArgumentException($"{value.Count} kinds of scaling came for {_networks.Length} stages; give one each.", nameof(value));
            foreach (var networks in new[] { _networks, _guide?.Networks ?? [] })
                for (var stage = 0; stage < networks.Length; stage++) networks[stage].PositionScaling = value[stage];
        }
    }

    /// <summary>Loads a model folder, with the autoencoder in it where there is one (float32: it runs once an image).</summary>
    /// <param name="folder">A folder with a <c>model.json</c>.</param>
    /// <param name="device">Where to compute; the CPU when null.</param>
    /// <param name="precision">Type of the products of the stages; auto takes the faster one on this machine.</param>
    /// <param name="autoencoder">Folder of an autoencoder for a model of latents that has none of its own, such as an imported DiT; null takes the model's own.</param>
    /// <param name="guide">Folder of a weaker model that can guide this one: of the same factorization, sizes and classes; null for none.</param>
    /// <exception cref="DirectoryNotFoundException">There is no model folder.</exception>
    /// <exception cref="FileNotFoundException">The weights of a stage are missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken or changed, or does not fit the manifest.</exception>
    /// <exception cref="InvalidDataException">The autoencoder is another than the one whose latents the model makes, or of other channels; or the weaker model does not fit.</exception>
    public static MsfModel Load(
        string folder, Device? device = null, ComputePrecision precision = ComputePrecision.Auto, string? autoencoder = null, string? guide = null)
    {
        device ??= CPU;
        var resolved = PrecisionSelector.Resolve(precision, device);
        var (manifest, networks) = ModelFolder.Read(folder);
        WeakerModel? weaker = null;
        try
        {
            weaker = guide is null ? null : WeakerModel.Read(guide, folder, manifest);
            foreach (var network in networks.Concat(weaker?.Networks ?? []))
            {
                network.to(device);
                if (resolved == ComputePrecision.BFloat16) network.to(ScalarType.BFloat16);
            }
            if (manifest.Model.SharedTrunk) SharedTrunk.Join(networks);                       // casting parted them
            if (weaker?.Manifest.Model.SharedTrunk == true) SharedTrunk.Join(weaker.Networks);
            return new MsfModel(manifest, networks, resolved, ReadAutoencoder(folder, manifest, device, autoencoder), weaker);
        }
        catch
        {
            weaker?.Dispose();
            foreach (var network in networks) network.Dispose();
            throw;
        }
    }

    /// <summary>A request with the model's default settings for images 0, 1, 2, ...</summary>
    /// <param name="labels">Class of every image.</param>
    /// <param name="seed">Seed of all noise.</param>
    public SamplingRequest Request(IReadOnlyList<int> labels, long seed) => new()
    {
        Labels = labels,
        ImageIndices = [.. Enumerable.Range(0, labels.Count).Select(i => (long)i)],
        Seed = seed,
        Sampling = Manifest.Sampling,
    };

    /// <summary>Generates a batch.</summary>
    /// <returns>
    /// Images, (B, C, H, W), float32, nominally in [-1, 1] (not clamped); latents where there is no <see cref="Autoencoder"/> to decode them. Owned by the caller's dispose scope.
    /// </returns>
    /// <inheritdoc cref="MsfSampler.Sample"/>
    public Tensor Sample(SamplingRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var sampled = _sampler.Sample(request, progress, cancellation);
        if (Autoencoder is null) return sampled;
        using (sampled) return Autoencoder.DecodeSampled(sampled);
    }

    /// <inheritdoc cref="MsfSampler.Start"/>
    public SamplingCohort Start(SamplingRequest request) => _sampler.Start(request);

    /// <summary>Images of what a batch that goes step by step has by now.</summary>
    /// <param name="level">Merged result of a level, or a preview, (B, C, h, w).</param>
    /// <returns>Images, (B, C, H, W), as <see cref="Sample"/> gives them, owned by the caller's dispose scope.</returns>
    public Tensor Decode(Tensor level) => Autoencoder is null ? level.alias() : Autoencoder.DecodeSampled(level);

    /// <inheritdoc cref="MsfSampler.SampleInBatches"/>
    public void SampleInBatches(
        SamplingRequest request, int batchSize, Action<int, Tensor> take, IProgress<SamplingProgress>? progress = null, CancellationToken cancellation = default) =>
        _sampler.SampleInBatches(request, batchSize, (first, sampled) => take(first, Autoencoder?.DecodeSampled(sampled) ?? sampled), progress, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in _networks) network.Dispose();
        _guide?.Dispose();
        Autoencoder?.Dispose();
    }

    private static IAutoencoder? ReadAutoencoder(string folder, ModelManifest manifest, Device device, string? other)
    {
        var own = Path.Combine(folder, ModelFolder.AutoencoderName);
        if ((other ?? (AutoencoderFolder.Exists(own) || manifest.AutoencoderIdentity is not null ? own : null)) is not { } path) return null;
        var autoencoder = AutoencoderFolder.Load(path, device);
        try
        {
            if (manifest.AutoencoderIdentity is { } identity && autoencoder.Identity != identity)
                throw new InvalidDataException($"{path} is another autoencoder ({autoencoder.Identity[..12]}) than the one whose latents {folder} makes ({identity[..12]}); use that one.");
            if (autoencoder.Config.LatentChannels != manifest.Model.Channels)
                throw new InvalidDataException($"{path} decodes latents of {autoencoder.Config.LatentChannels} channels, {folder} makes {manifest.Model.Channels}; use an autoencoder of as many.");
            return autoencoder;
        }
        catch
        {
            autoencoder.Dispose();
            throw;
        }
    }
}
