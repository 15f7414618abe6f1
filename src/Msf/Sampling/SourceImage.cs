using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>A given picture to start from instead of noise alone: to add detail to, to change, or to fill a hole of.</summary>
public sealed record SourceImage
{
    /// <summary>The picture as a target of the model, (B, C, H, W) or (1, C, H, W) for all images, float32: pixels in [-1, 1], or the latent of an autoencoder. Not disposed here.</summary>
    public required Tensor Target { get; init; }

    /// <summary>
    /// How much of the picture's base is made anew, 0 to 1. 0 keeps the base as it is and generates the residuals alone (super-resolution); up to 1 the base starts at
    /// t = 1 - strength from the noised base (SDEdit, Meng et al. 2022); 1 starts from noise, which without a mask ignores the picture.
    /// </summary>
    public required double Strength { get; init; }

    /// <summary>
    /// Where to generate, (B, 1, H, W) or (1, 1, H, W), float32: 1 makes the target's pixel anew, 0 keeps it exactly (inpainting: at every step the kept part of the
    /// state is the picture's, noised to that time, as in RePaint, Lugmayr et al. 2022). Null, the default, makes all of it anew. Not disposed here.
    /// </summary>
    public Tensor? Mask { get; init; }

    /// <summary>The pictures of some of the images, as views in the caller's dispose scope.</summary>
    internal SourceImage Of(long first, long count)
    {
        Tensor Some(Tensor x) => x.shape[0] == 1 ? x.alias() : x.narrow(0, first, count);
        return this with { Target = Some(Target), Mask = Mask is null ? null : Some(Mask) };
    }

    /// <summary>Checks shapes and strength.</summary>
    /// <param name="batch">Number of images B.</param>
    /// <param name="shape">(C, H, W) of the model's targets.</param>
    /// <param name="levels">Number of levels of the model.</param>
    /// <exception cref="ArgumentException">Something does not fit.</exception>
    internal void Check(int batch, int[] shape, int levels)
    {
        bool Fits(Tensor x, int channels) => x.dim() == 4 && (x.shape[0] == 1 || x.shape[0] == batch) && x.shape[1] == channels && x.shape[2] == shape[1] && x.shape[3] == shape[2];
        string Expected(int channels) => $"expected ({batch}, {channels}, {shape[1]}, {shape[2]}), or 1 instead of {batch}";
        if (!Fits(Target, shape[0])) throw new ArgumentException($"the picture to start from is {ShapeGuard.Format(Target.shape)}, {Expected(shape[0])}; resize it first.");
        if (Mask is not null && !Fits(Mask, 1)) throw new ArgumentException($"the mask is {ShapeGuard.Format(Mask.shape)}, {Expected(1)}; resize it first.");
        if (Strength > 0 && 1 - Strength == 1) throw new ArgumentException($"strength is {Strength}, too little to be told from 0; give 0, or more.");
        if (!(Strength is >= 0 and <= 1)) throw new ArgumentException($"strength is {Strength}, expected 0 (keep the base) to 1 (start from noise).");
        if (Strength == 0 && levels == 1) throw new ArgumentException("strength is 0 and the model has one level, so nothing would be generated; give a strength above 0.");
    }
}
