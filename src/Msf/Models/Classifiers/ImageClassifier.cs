using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Models;

/// <summary>
/// A small residual network that tells the class of an image: levels of blocks with normalisation first (He et al. 2016), each of half the size of the one before, groups normalised
/// instead of batches (Wu and He 2018), so that what it says of an image depends on that image alone.
/// </summary>
public sealed class ImageClassifier : Module<Tensor, Tensor>
{
    [ComponentName(Name = "entry")] private readonly ModuleList<ImageConvolution> _entries;   // the first one, and what leads from level to level
    [ComponentName(Name = "block")] private readonly ModuleList<ClassifierBlock> _blocks;
    [ComponentName(Name = "norm")] private readonly GroupNormalization _norm;
    [ComponentName(Name = "head")] private readonly Linear _head;

    /// <summary>Creates the network with initial weights out of libtorch's global generator.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public ImageClassifier(ClassifierConfig config, Device? device = null) : base(nameof(ImageClassifier))
    {
        Config = config;
        var widths = config.Widths;
        _entries = new ModuleList<ImageConvolution>([.. widths.Select((width, level) => new ImageConvolution(level == 0 ? 3 : widths[level - 1], width, stride: level == 0 ? 1 : 2, device: device))]);
        _blocks = new ModuleList<ClassifierBlock>([.. widths.SelectMany(width => Enumerable.Range(0, config.Blocks).Select(_ => new ClassifierBlock(width, config.Groups, device)))]);
        _norm = new GroupNormalization(config.Groups, widths[^1], device: device);
        _head = Linear(widths[^1], config.Classes, device: device);
        RegisterComponents();
    }

    /// <summary>Its architecture.</summary>
    public ClassifierConfig Config { get; }

    /// <summary>Number of features of an image.</summary>
    public int Width => Config.Widths[^1];

    /// <summary>Least side of an image of which every level sees a pixel at least.</summary>
    /// <param name="config">The architecture.</param>
    public static int LeastSide(ClassifierConfig config) => 1 << (config.Widths.Length - 1);

    /// <summary>The logits of the classes.</summary>
    /// <param name="images">(B, 3, H, W), in [-1, 1].</param>
    /// <returns>(B, K), float32, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Logits(Features(images)).MoveToOuterDisposeScope();
    }

    /// <summary>What the last level sees, averaged over the image.</summary>
    /// <param name="images">(B, 3, H, W), in [-1, 1].</param>
    /// <returns>(B, <see cref="Width"/>), float32, owned by the caller's dispose scope.</returns>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Planes(images).to_type(ScalarType.Float32).mean([2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>The logits of features.</summary>
    /// <param name="features">(B, <see cref="Width"/>), float32.</param>
    /// <returns>(B, K), float32, owned by the caller's dispose scope.</returns>
    public Tensor Logits(Tensor features)
    {
        using var scope = NewDisposeScope();
        return _head.call(features.to_type(_head.weight.dtype)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>What the last level sees, in its places.</summary>
    /// <param name="images">(B, 3, H, W), in [-1, 1].</param>
    /// <returns>(B, <see cref="Width"/>, h, w), in the type of the weights, owned by the caller's dispose scope.</returns>
    public Tensor Planes(Tensor images)
    {
        ShapeGuard.Require(images, "images", -1, 3, -1, -1);
        using var scope = NewDisposeScope();
        var x = images.to_type(_head.weight.dtype);
        for (var level = 0; level < _entries.Count; level++)
        {
            x = _entries[level].call(x);                                                      // (B, C_level, H / 2^level, W / 2^level)
            for (var block = 0; block < Config.Blocks; block++) x = _blocks[level * Config.Blocks + block].call(x);
        }
        return functional.silu(_norm.call(x)).MoveToOuterDisposeScope();
    }
}
