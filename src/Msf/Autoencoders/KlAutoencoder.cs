using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>
/// The KL-regularised convolutional autoencoder of latent diffusion (Rombach et al. 2022, section 3.1), with the keys and shapes of the official code
/// (CompVis): <c>encoder</c>, <c>decoder</c>, <c>quant_conv</c>, <c>post_quant_conv</c>. It computes in the type of its weights.
/// </summary>
public sealed class KlAutoencoder : Module, IAutoencoder
{
    [ComponentName(Name = "encoder")] private readonly KlEncoder _encoder;
    [ComponentName(Name = "decoder")] private readonly KlDecoder _decoder;
    [ComponentName(Name = "quant_conv")] private readonly PointwiseConvolution? _toLatent;
    [ComponentName(Name = "post_quant_conv")] private readonly PointwiseConvolution? _fromLatent;
    private string? _identity;

    /// <summary>Creates the network with PyTorch's initial weights, out of libtorch's global generator.</summary>
    /// <param name="config">A valid configuration of kind kl.</param>
    /// <param name="device">Where to create the weights (also <c>meta</c>); the CPU when null.</param>
    /// <exception cref="ArgumentException">The configuration is invalid or of another kind.</exception>
    public KlAutoencoder(AutoencoderConfig config, Device? device = null) : base(nameof(KlAutoencoder))
    {
        Autoencoder.RequireKind(config, AutoencoderKind.Kl);
        Config = config;
        var kl = config.Kl!;
        var moments = kl.Distribution ? 2 : 1;
        _encoder = new KlEncoder(kl, device);
        _decoder = new KlDecoder(kl, device);
        if (kl.QuantConvolutions)
        {
            _toLatent = new PointwiseConvolution(moments * kl.InnerChannels, moments * kl.LatentChannels, device);
            _fromLatent = new PointwiseConvolution(kl.LatentChannels, kl.InnerChannels, device);
        }
        RegisterComponents();
    }

    /// <inheritdoc/>
    public AutoencoderConfig Config { get; }

    /// <inheritdoc/>
    public Module? Network => this;

    /// <inheritdoc/>
    public string Identity => _identity ??= AutoencoderIdentity.Of(Config, this);

    /// <summary>The encoder alone; its keys are those of the official encoder.</summary>
    public Module<Tensor, Tensor> Encoder => _encoder;

    /// <summary>The decoder alone; its keys are those of the official decoder.</summary>
    public Module<Tensor, Tensor> Decoder => _decoder;

    /// <summary>The weights of the decoder's last layer, (C_image, width, 3, 3).</summary>
    public Tensor LastWeights => _decoder.Output.Weight;

    /// <summary>What leaves the first block of the encoder.</summary>
    internal Tensor FirstBlock(Tensor images) => _encoder.FirstBlock(images);

    /// <summary>The raw output of the encoder.</summary>
    /// <param name="images">(B, C_image, H, W) in [-1, 1]; H and W multiples of the factor.</param>
    /// <returns>(B, 2 C, h, w), means and log-variances (not clamped), or (B, C, h, w) points; float32, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public Tensor Moments(Tensor images)
    {
        Autoencoder.RequireImages(Config, images);
        using var scope = NewDisposeScope();
        var encoded = _encoder.call(images.to_type(LastWeights.dtype));
        var moments = _toLatent?.call(encoded) ?? encoded;
        return moments.to_type(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public LatentDistribution Encode(Tensor images)
    {
        var moments = Moments(images);
        if (!Config.Kl!.Distribution) return new LatentDistribution(moments, null);
        using (moments) return LatentDistribution.FromMoments(moments);
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents)
    {
        ShapeGuard.Require(latents, nameof(latents), -1, Config.LatentChannels, -1, -1);
        using var scope = NewDisposeScope();
        var inner = latents.to_type(LastWeights.dtype);
        inner = _fromLatent?.call(inner) ?? inner;
        return _decoder.call(inner).to_type(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
    }
}
