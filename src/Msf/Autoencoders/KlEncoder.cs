using Msf.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>The encoder of a <see cref="KlAutoencoder"/> (keys <c>conv_in down mid norm_out conv_out</c>).</summary>
internal sealed class KlEncoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")] private readonly ImageConvolution _input;
    [ComponentName(Name = "down")] private readonly ModuleList<KlLevel> _levels;
    [ComponentName(Name = "mid")] private readonly KlMiddle _middle;
    [ComponentName(Name = "norm_out")] private readonly GroupNormalization _norm;
    [ComponentName(Name = "conv_out")] private readonly ImageConvolution _output;

    internal KlEncoder(KlConfig config, Device? device) : base(nameof(KlEncoder))
    {
        var levels = config.Multipliers.Length;
        var deepest = config.LevelWidth(levels - 1);
        _input = new ImageConvolution(config.InputChannels, config.Width, device: device);
        _levels = new ModuleList<KlLevel>([.. Enumerable.Range(0, levels)
            .Select(i => new KlLevel(config, i, i == 0 ? config.Width : config.LevelWidth(i - 1), decoder: false, device))]);
        _middle = new KlMiddle(config, deepest, device);
        _norm = new GroupNormalization(config.Groups, deepest, config.Epsilon, device: device);
        _output = new ImageConvolution(deepest, (config.Distribution ? 2 : 1) * config.InnerChannels, device: device);
        RegisterComponents();
    }

    /// <summary>What leaves the first block of the first level.</summary>
    internal Tensor FirstBlock(Tensor images)
    {
        using var first = _input.call(images);
        return _levels[0].First.call(first);
    }

    /// <param name="images">(B, C, H, W).</param>
    /// <returns>(B, z or 2 z, H / factor, W / factor), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor images)
    {
        var current = _input.call(images);
        foreach (var layer in _levels.Append<Module<Tensor, Tensor>>(_middle))
        {
            var next = layer.call(current);
            current.Dispose();
            current = next;
        }
        using (current) return KlResidualBlock.Convolve(_norm, _output, current);
    }
}
