using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>
/// The tiny autoencoder of the TAESD family, factor 8 (madebyollin/taesd): 4, 16 or 32 channels, about 2.4 million weights. Encoder and decoder alone have the
/// keys of the official code (<c>0.weight</c>, <c>1.conv.0.weight</c>); together they are <c>encoder</c> and <c>decoder</c>. It computes in the type of its weights.
/// </summary>
public sealed class TinyAutoencoder : Module, IAutoencoder
{
    /// <summary>Side of an image over side of its latent.</summary>
    public const int SpatialFactor = 8;

    private const int Halvings = 3;
    private const int BlocksPerLevel = 3;
    private const int ImageChannels = 3;

    [ComponentName(Name = "encoder")] private readonly Sequential _encoder;
    [ComponentName(Name = "decoder")] private readonly Sequential _decoder;
    private readonly Func<ScalarType> _type;                                                     // no field of the layer itself: it would be a second name of its weights
    private string? _identity;

    /// <summary>Creates the network with PyTorch's initial weights, out of libtorch's global generator.</summary>
    /// <param name="config">A valid configuration of kind tiny.</param>
    /// <param name="device">Where to create the weights (also <c>meta</c>); the CPU when null.</param>
    /// <exception cref="ArgumentException">The configuration is invalid or of another kind.</exception>
    public TinyAutoencoder(AutoencoderConfig config, Device? device = null) : base(nameof(TinyAutoencoder))
    {
        Autoencoder.RequireKind(config, AutoencoderKind.Tiny);
        Config = config;
        _encoder = Number(EncoderLayers(config.Tiny!, device));
        var last = new ImageConvolution(config.Tiny!.Width, ImageChannels, device: device);
        _decoder = Number(DecoderLayers(config.Tiny!, device).Append(last));
        _type = () => last.Weight.dtype;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public AutoencoderConfig Config { get; }

    /// <inheritdoc/>
    public Module? Network => this;

    /// <inheritdoc/>
    public string Identity => _identity ??= AutoencoderIdentity.Of(Config, this);

    /// <summary>The encoder alone: images in [0, 1] to latents.</summary>
    public Module<Tensor, Tensor> Encoder => _encoder;

    /// <summary>The decoder alone: latents to images in [0, 1], not clamped.</summary>
    public Module<Tensor, Tensor> Decoder => _decoder;

    /// <inheritdoc/>
    public LatentDistribution Encode(Tensor images)
    {
        Autoencoder.RequireImages(Config, images);
        using var scope = NewDisposeScope();
        var unit = images.Plus(1).Times(0.5).to_type(_type());                                 // [-1, 1] to [0, 1]
        return new LatentDistribution(_encoder.call(unit).to_type(ScalarType.Float32).contiguous().MoveToOuterDisposeScope(), null);
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents)
    {
        ShapeGuard.Require(latents, nameof(latents), -1, Config.LatentChannels, -1, -1);
        using var scope = NewDisposeScope();
        var unit = _decoder.call(latents.to_type(_type())).to_type(ScalarType.Float32).contiguous();
        return unit.Times(2).Plus(-1).MoveToOuterDisposeScope();                              // [0, 1] to [-1, 1]
    }

    // The keys of the official code are the places of the layers, those without weights counted.
    private static Sequential Number(IEnumerable<Module<Tensor, Tensor>> layers) =>
        Sequential([.. layers.Select((layer, i) => ($"{i}", layer))]);

    private static IEnumerable<Module<Tensor, Tensor>> EncoderLayers(TinyConfig tiny, Device? device)
    {
        yield return new ImageConvolution(ImageChannels, tiny.Width, device: device);
        yield return new TinyBlock(tiny.Width, false, device);
        for (var level = 1; level <= Halvings; level++)
        {
            yield return new ImageConvolution(tiny.Width, tiny.Width, stride: 2, bias: false, device: device);
            for (var i = 0; i < BlocksPerLevel; i++) yield return new TinyBlock(tiny.Width, tiny.MiddleNormalization && level == Halvings, device);
        }
        yield return new ImageConvolution(tiny.Width, tiny.LatentChannels, device: device);
    }

    private static IEnumerable<Module<Tensor, Tensor>> DecoderLayers(TinyConfig tiny, Device? device)
    {
        yield return new LatentBound();
        yield return new ImageConvolution(tiny.LatentChannels, tiny.Width, device: device);
        yield return ReLU();
        for (var level = Halvings; level >= 1; level--)
        {
            for (var i = 0; i < BlocksPerLevel; i++) yield return new TinyBlock(tiny.Width, tiny.MiddleNormalization && level == Halvings, device);
            yield return new NearestDoubling();
            yield return new ImageConvolution(tiny.Width, tiny.Width, bias: false, device: device);
        }
        yield return new TinyBlock(tiny.Width, false, device);
    }
}
