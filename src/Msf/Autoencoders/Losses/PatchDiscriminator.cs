using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>
/// Tells patches of images from patches of reconstructions (Isola et al. 2017, PatchGAN): convolutions of size 4 that halve the image, and two that do not. Groups of
/// one image are normalised where the original normalises the batch, so a verdict depends on its own image alone.
/// </summary>
public sealed class PatchDiscriminator : Module<Tensor, Tensor>
{
    private const int MostMultiplier = 8;
    private const double Slope = 0.2;
    [ComponentName(Name = "conv")] private readonly ModuleList<ImageConvolution> _convolutions;
    [ComponentName(Name = "norm")] private readonly ModuleList<GroupNormalization> _norms;

    /// <summary>Creates the network; the weights of the convolutions are normal with deviation 0.02, as in the original.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="channels">Channels of the images.</param>
    public PatchDiscriminator(DiscriminatorConfig config, int channels) : base(nameof(PatchDiscriminator))
    {
        // Widths of what leaves every convolution but the last; the first `Layers` of them halve.
        int[] widths = [.. Enumerable.Range(0, config.Layers + 1).Select(i => config.Width * Math.Min(1 << i, MostMultiplier))];
        var convolutions = widths.Select((width, i) => new ImageConvolution(i == 0 ? channels : widths[i - 1], width, 4, stride: i < config.Layers ? 2 : 1));
        _convolutions = new ModuleList<ImageConvolution>([.. convolutions, new ImageConvolution(widths[^1], 1, 4)]);
        _norms = new ModuleList<GroupNormalization>([.. widths.Skip(1).Select(width => new GroupNormalization(width % 8 == 0 ? 8 : 1, width))]);
        foreach (var convolution in _convolutions) init.normal_(convolution.Weight, 0, 0.02);
        RegisterComponents();
    }

    /// <summary>Least side of an image that leaves a verdict.</summary>
    /// <param name="layers">Layers that halve.</param>
    public static int LeastSide(int layers) => 3 << layers;

    /// <param name="x">Images, (B, C, H, W), in [-1, 1].</param>
    /// <returns>Verdicts, (B, 1, h, w), in the type of the weights: large for images, small for reconstructions. Owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = x.to_type(_convolutions[0].Weight.dtype);
        for (var i = 0; i < _convolutions.Count; i++)
        {
            x = _convolutions[i].call(x);
            if (i > 0 && i <= _norms.Count) x = _norms[i - 1].call(x);
            if (i < _convolutions.Count - 1) x = x.maximum(x.Times(Slope));                   // leaky ReLU
        }
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>What the autoencoder is to make small: minus the verdict on its reconstructions.</summary>
    /// <param name="decoded">Reconstructions, (B, C, H, W).</param>
    /// <returns>A scalar, float32, owned by the caller's dispose scope.</returns>
    public Tensor AdversarialLoss(Tensor decoded)
    {
        using var scope = NewDisposeScope();
        return call(decoded).to_type(ScalarType.Float32).mean().neg().MoveToOuterDisposeScope();
    }

    /// <summary>What the discriminator is to make small, the hinge loss (Lim and Ye 2017): ½ (E max(0, 1 - D(x)) + E max(0, 1 + D(x'))).</summary>
    /// <param name="images">Images, (B, C, H, W).</param>
    /// <param name="decoded">Reconstructions of the same shape, without graph.</param>
    /// <returns>A scalar, float32, owned by the caller's dispose scope.</returns>
    public Tensor HingeLoss(Tensor images, Tensor decoded)
    {
        using var scope = NewDisposeScope();
        var verdicts = call(cat([images, decoded])).to_type(ScalarType.Float32).chunk(2);
        var losses = verdicts[0].SubtractedFrom(1).relu().mean().Plus(verdicts[1].Plus(1).relu().mean());
        return losses.Times(0.5).MoveToOuterDisposeScope();
    }
}
