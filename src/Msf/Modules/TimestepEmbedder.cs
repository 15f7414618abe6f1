using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>Embeds a time: cosine-sine features and a two-layer perceptron (Peebles and Xie 2023; keys <c>mlp.0</c>, <c>mlp.2</c>).</summary>
public sealed class TimestepEmbedder : Module<Tensor, Tensor>
{
    /// <summary>Number of frequency features.</summary>
    public const int FrequencySize = 256;

    private static readonly float[] _frequencies =
        [.. Enumerable.Range(0, FrequencySize / 2).Select(i => (float)Math.Exp(-Math.Log(10000) * i / (FrequencySize / 2)))];

    [ComponentName(Name = "mlp")] private readonly Sequential _mlp;
    private readonly double _timeScale;
    private readonly double _timeOffset;

    /// <summary>Creates the embedder with weights of standard deviation 0.02, as DiT does.</summary>
    /// <param name="width">Width D of the embedding.</param>
    /// <param name="timeScale">Factor on t before the features; 1 for the raw times of DiT (0 to 999) and SiT (0 to 1).</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    /// <param name="timeOffset">Added to the scaled time; with a scale of -1000, 999 makes DiT's step number out of t in [0, 1].</param>
    public TimestepEmbedder(int width, double timeScale, Device? device = null, double timeOffset = 0) : base(nameof(TimestepEmbedder))
    {
        _timeScale = timeScale;
        _timeOffset = timeOffset;
        var (first, second) = (Linear(FrequencySize, width, device: device), Linear(width, width, device: device));
        init.normal_(first.weight, 0, 0.02);
        init.normal_(second.weight, 0, 0.02);
        _mlp = Sequential(("0", first), ("1", SiLU()), ("2", second));
        RegisterComponents();
    }

    /// <summary>Features cos(t w_i), sin(t w_i) with w_i = 10000^(-i/128), i = 0..127.</summary>
    /// <param name="t">Times, (B), any floating type.</param>
    /// <returns>Float32 features, (B, 256), owned by the caller's dispose scope.</returns>
    public static Tensor Features(Tensor t)
    {
        using var scope = NewDisposeScope();
        var frequencies = tensor(_frequencies, device: t.device);                            // (128)
        var angles = t.to_type(ScalarType.Float32).unsqueeze(1) * frequencies.unsqueeze(0);  // (B, 128)
        return cat([angles.cos(), angles.sin()], dim: -1).MoveToOuterDisposeScope();         // (B, 256)
    }

    /// <param name="t">Times, (B), before scaling.</param>
    /// <returns>Embedding in the type of the parameters, (B, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor t)
    {
        using var scope = NewDisposeScope();
        var scaled = _timeScale == 1 ? t : t.Times(_timeScale);
        if (_timeOffset != 0) scaled = scaled.Plus(_timeOffset);
        var features = Features(scaled).to_type(((Linear)_mlp[0]).weight.dtype);
        return _mlp.call(features).MoveToOuterDisposeScope();                                // (B, D)
    }
}
