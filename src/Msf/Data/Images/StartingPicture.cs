using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Sampling;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Data;

/// <summary>A picture of any size, and on request a mask, made ready for a model to start from (<see cref="SourceImage"/>).</summary>
public sealed class StartingPicture : IDisposable
{
    private readonly Tensor _pixels;                                                          // (1, 3, H, W) in [-1, 1]
    private readonly Tensor? _mask;                                                           // (1, 1, H, W), 1 where to generate

    private StartingPicture(Tensor pixels, Tensor? mask, SourceImage source) => (_pixels, _mask, Source) = (pixels, mask, source);

    /// <summary>What the sampler takes: pixels, or the latent of the model's autoencoder; it lives as long as this.</summary>
    public SourceImage Source { get; }

    /// <summary>Resizes and cuts the picture to the model's images and encodes it where the model makes latents.</summary>
    /// <param name="model">The model.</param>
    /// <param name="picture">The picture, of any size; its centre is taken where its shape is another.</param>
    /// <param name="size">Size of the images to make; the model must be able to make it.</param>
    /// <param name="strength">How much of the base is made anew, 0 to 1; see <see cref="SourceImage.Strength"/>.</param>
    /// <param name="mask">White where to generate, black where to keep, of the picture's shape; null for everywhere.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ArgumentException">The model makes no RGB images, or mask and picture differ in shape.</exception>
    public static StartingPicture Prepare(MsfModel model, RgbImage picture, PixelSize size, double strength, RgbImage? mask = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(picture);
        var autoencoder = model.Autoencoder;
        if (autoencoder is null && model.Manifest.Model.Channels != 3)
            throw new ArgumentException($"{model.Manifest.Model.Name} makes latents and brings no autoencoder to encode a picture with; give one.", nameof(model));
        if (mask is not null && Math.Abs(mask.Width * (double)picture.Height / (mask.Height * (double)picture.Width) - 1) > 0.02)
            throw new ArgumentException($"the mask is {mask.Width}x{mask.Height} and the picture {picture.Width}x{picture.Height}: expected the same shape; paint the mask on the picture.", nameof(mask));
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var pixels = ToTensor(ImageResizer.Fit(picture, size));
        var hole = mask is null ? null : ToMask(ImageResizer.Fit(mask, size));
        var (target, targetHole) = (pixels, hole);
        if (autoencoder is not null)
        {
            using var latent = autoencoder.Encode(pixels.to(model.Device));
            target = autoencoder.Config.Normalize(latent.Mean);
            targetHole = hole is null ? null : functional.adaptive_max_pool2d(hole, target.shape[2..]);
        }
        var source = new SourceImage { Target = target.alias().DetachFromDisposeScope(), Strength = strength, Mask = targetHole?.alias().DetachFromDisposeScope() };
        return new StartingPicture(pixels.DetachFromDisposeScope(), hole?.DetachFromDisposeScope(), source);
    }

    /// <summary>Puts the picture back where the mask keeps it: an autoencoder does not give every pixel back.</summary>
    /// <param name="images">What was sampled and decoded, (B, 3, H, W).</param>
    /// <returns>(B, 3, H, W), owned by the caller's dispose scope.</returns>
    public Tensor Keep(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (_mask is null) return images.alias();
        using var scope = NewDisposeScope();
        return where(_mask.logical_not().to(images.device), _pixels.to(images.device), images).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pixels.Dispose();
        _mask?.Dispose();
        Source.Target.Dispose();
        Source.Mask?.Dispose();
    }

    private static Tensor ToTensor(RgbImage image)
    {
        using var scope = NewDisposeScope();
        var bytes = tensor(image.Pixels.ToArray(), [image.Height, image.Width, 3], ScalarType.Byte);
        return bytes.permute(2, 0, 1).unsqueeze(0).to(ScalarType.Float32).Times(1 / 127.5).Plus(-1).contiguous().MoveToOuterDisposeScope();
    }

    // Half grey and lighter is white.
    private static Tensor ToMask(RgbImage image)
    {
        using var scope = NewDisposeScope();
        using var half = 0.0.ToScalar();
        return ToTensor(image).mean([1], keepdim: true).ge(half).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
