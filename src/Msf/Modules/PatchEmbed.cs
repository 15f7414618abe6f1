using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Linear embedding of image patches (Dosovitskiy et al. 2021; key <c>proj</c> as in timm's PatchEmbed).</summary>
public sealed class PatchEmbed : Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")] private readonly Conv2d _proj;
    private readonly int _patchSize;

    /// <summary>Creates the embedding with Xavier-uniform weights over the flattened patch and zero bias, as DiT does.</summary>
    /// <param name="channels">Channels C of the images.</param>
    /// <param name="patchSize">Side p of a patch in pixels.</param>
    /// <param name="width">Width D of the tokens.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public PatchEmbed(int channels, int patchSize, int width, Device? device = null) : base(nameof(PatchEmbed))
    {
        _patchSize = patchSize;
        _proj = Conv2d(channels, width, patchSize, stride: patchSize, device: device);
        using (no_grad())
        {
            using var flat = _proj.weight.view(width, -1);
            init.xavier_uniform_(flat);
            init.zeros_(_proj.bias!);
        }
        RegisterComponents();
    }

    /// <param name="x">Images, (B, C, H, W); H and W divisible by the patch size.</param>
    /// <returns>Tokens, (B, N, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var patches = Patches.Split(x, _patchSize);                                          // (B, N, C p p)
        // The convolution as a product over flattened patches: the same sum, and the faster kernel.
        return functional.linear(patches, _proj.weight.flatten(1), _proj.bias).MoveToOuterDisposeScope();  // (B, N, D)
    }
}
