using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Autoencoders;

/// <summary>The blocks of one size, each with attention where the configuration says so, and the way to the next size.</summary>
internal sealed class KlLevel : Module<Tensor, Tensor>
{
    [ComponentName(Name = "block")] private readonly ModuleList<KlResidualBlock> _blocks;
    [ComponentName(Name = "attn")] private readonly ModuleList<KlAttentionBlock> _attentions;
    [ComponentName(Name = "downsample")] private readonly KlResampling? _down;
    [ComponentName(Name = "upsample")] private readonly KlResampling? _up;

    /// <param name="config">Architecture.</param>
    /// <param name="level">0 is full size.</param>
    /// <param name="inputs">Channels that come in.</param>
    /// <param name="decoder">Whether the level stands in the decoder: one block more, and the next size is larger.</param>
    /// <param name="device">Where to create the parameters.</param>
    internal KlLevel(KlConfig config, int level, int inputs, bool decoder, Device? device) : base(nameof(KlLevel))
    {
        var width = config.LevelWidth(level);
        var count = config.Blocks + (decoder ? 1 : 0);
        _blocks = new ModuleList<KlResidualBlock>([.. Enumerable.Range(0, count)
            .Select(i => new KlResidualBlock(config, i == 0 ? inputs : width, width, device))]);
        _attentions = new ModuleList<KlAttentionBlock>([.. Enumerable.Range(0, config.HasAttention(level) ? count : 0)
            .Select(_ => new KlAttentionBlock(config, width, device))]);
        _down = !decoder && level < config.Multipliers.Length - 1 ? new KlResampling(width, up: false, device) : null;
        _up = decoder && level > 0 ? new KlResampling(width, up: true, device) : null;
        RegisterComponents();
    }

    /// <summary>The first block.</summary>
    internal KlResidualBlock First => _blocks[0];

    /// <param name="x">(B, C_in, H, W).</param>
    /// <returns>(B, C, H', W') of the next size, owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor x)
    {
        Tensor? current = null;
        void Step(Module<Tensor, Tensor> layer)
        {
            var next = layer.call(current ?? x);
            current?.Dispose();
            current = next;
        }
        for (var i = 0; i < _blocks.Count; i++)
        {
            Step(_blocks[i]);
            if (_attentions.Count > 0) Step(_attentions[i]);
        }
        if ((_down ?? _up) is { } resampling) Step(resampling);
        return current!;
    }
}
