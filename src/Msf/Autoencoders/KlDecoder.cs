using Msf.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>The decoder of a <see cref="KlAutoencoder"/> (keys <c>conv_in mid up norm_out conv_out</c>; <c>up.0</c> is full size and comes last).</summary>
internal sealed class KlDecoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")] private readonly ImageConvolution _input;
    [ComponentName(Name = "mid")] private readonly KlMiddle _middle;
    [ComponentName(Name = "up")] private readonly ModuleList<KlLevel> _levels;
    [ComponentName(Name = "norm_out")] private readonly GroupNormalization _norm;
    [ComponentName(Name = "conv_out")] private readonly ImageConvolution _output;

    internal KlDecoder(KlConfig config, Device? device) : base(nameof(KlDecoder))
    {
        var last = config.Multipliers.Length - 1;
        var deepest = config.LevelWidth(last);
        _input = new ImageConvolution(config.InnerChannels, deepest, device: device);
        _middle = new KlMiddle(config, deepest, device);
        _levels = new ModuleList<KlLevel>([.. Enumerable.Range(0, last + 1)
            .Select(i => new KlLevel(config, i, i == last ? deepest : config.LevelWidth(i + 1), decoder: true, device))]);
        _norm = new GroupNormalization(config.Groups, config.LevelWidth(0), config.Epsilon, device: device);
        _output = new ImageConvolution(config.LevelWidth(0), config.OutputChannels, device: device);
        RegisterComponents();
    }

    /// <summary>The last layer, whose gradient balances an adversarial loss against the reconstruction (Esser et al. 2021).</summary>
    internal ImageConvolution Output => _output;

    /// <param name="latents">(B, z, h, w).</param>
    /// <returns>(B, C, h factor, w factor), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor latents)
    {
        var current = _input.call(latents);
        foreach (var layer in _levels.Reverse().Prepend<Module<Tensor, Tensor>>(_middle))
        {
            var next = layer.call(current);
            current.Dispose();
            current = next;
        }
        using (current) return KlResidualBlock.Convolve(_norm, _output, current);
    }
}
