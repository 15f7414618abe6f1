using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>Shows a latent cache as the images that its autoencoder makes of it. Unlike other sources, it is read by one thread at a time: the one that decodes.</summary>
/// <param name="cache">The latents; still owned by the caller.</param>
/// <param name="autoencoder">The cache's autoencoder, on the CPU; still owned by the caller.</param>
public sealed class DecodedLatents(LatentCache cache, IAutoencoder autoencoder) : IImageSource
{
    /// <inheritdoc/>
    public string Name => cache.Name;

    /// <inheritdoc/>
    public int Count => cache.Count;

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes => cache.Classes;

    /// <inheritdoc/>
    public int LabelAt(int index) => cache.LabelAt(index);

    /// <inheritdoc/>
    public string NameAt(int index) => cache.NameAt(index);

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        var plan = cache.Index.Plan;
        var values = new float[plan.Planes * plan.Side * plan.Side];
        cache.Read(index, flipped: false, values);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var mean = tensor(values).view(1, plan.Planes, plan.Side, plan.Side).narrow(1, 0, plan.Autoencoder.LatentChannels);
        return new LabeledImage(ImageTensors.ToImages(autoencoder.Decode(mean.contiguous()))[0], LabelAt(index), NameAt(index));
    }

    /// <summary>Nothing of its own to give back.</summary>
    public void Dispose()
    {
    }
}
