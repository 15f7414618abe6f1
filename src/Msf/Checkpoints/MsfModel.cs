using Msf.Models;
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
    private readonly MsfSampler _sampler;

    private MsfModel(ModelManifest manifest, DiffusionTransformer[] networks, ComputePrecision precision)
    {
        (Manifest, _networks, Precision) = (manifest, networks, precision);
        _sampler = new MsfSampler(manifest.Model, manifest.Diffusion, manifest.Statistics, networks);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Type of the products: float32 or bfloat16.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">A folder with a <c>model.json</c>.</param>
    /// <param name="device">Where to compute; the CPU when null.</param>
    /// <param name="precision">Type of the products; auto takes the faster one on this machine.</param>
    /// <exception cref="DirectoryNotFoundException">There is no model folder.</exception>
    /// <exception cref="FileNotFoundException">The weights of a stage are missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken or changed, or does not fit the manifest.</exception>
    public static MsfModel Load(string folder, Device? device = null, ComputePrecision precision = ComputePrecision.Auto)
    {
        device ??= CPU;
        var resolved = PrecisionSelector.Resolve(precision, device);
        var (manifest, networks) = ModelFolder.Read(folder);
        foreach (var network in networks)
        {
            network.to(device);
            if (resolved == ComputePrecision.BFloat16) network.to(ScalarType.BFloat16);
        }
        return new MsfModel(manifest, networks, resolved);
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
    /// <returns>Images, (B, C, H, W), float32, nominally in [-1, 1] (not clamped), owned by the caller's dispose scope.</returns>
    /// <inheritdoc cref="MsfSampler.Sample"/>
    public Tensor Sample(SamplingRequest request, IProgress<SamplingProgress>? progress = null, CancellationToken cancellation = default) =>
        _sampler.Sample(request, progress, cancellation);

    /// <inheritdoc cref="MsfSampler.SampleInBatches"/>
    public void SampleInBatches(
        SamplingRequest request, int batchSize, Action<int, Tensor> take, IProgress<SamplingProgress>? progress = null, CancellationToken cancellation = default) =>
        _sampler.SampleInBatches(request, batchSize, take, progress, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in _networks) network.Dispose();
    }
}
