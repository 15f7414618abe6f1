using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Models;

/// <summary>
/// Diffusion transformer with adaLN-Zero (Peebles and Xie 2023). Without a condition its keys and shapes are those of the
/// official DiT and SiT; with one, the condition's channels join the input and its noise level joins the conditioning vector.
/// </summary>
public sealed class DiffusionTransformer : Module
{
    [ComponentName(Name = "x_embedder")] private readonly PatchEmbed _patchEmbed;
    [ComponentName(Name = "t_embedder")] private readonly TimestepEmbedder _timeEmbed;
    [ComponentName(Name = "condition_t_embedder")] private readonly TimestepEmbedder? _conditionTimeEmbed;
    [ComponentName(Name = "y_embedder")] private readonly LabelEmbedder _labelEmbed;
    [ComponentName(Name = "aug_embedder")] private readonly AugmentationEmbedder? _augmentationEmbed;
    [ComponentName(Name = "stage_embedder")] private readonly StageEmbedder? _stageEmbed;
    [ComponentName(Name = "pos_embed")] private readonly Parameter _positions;
    [ComponentName(Name = "blocks")] private readonly ModuleList<TransformerBlock> _blocks;
    [ComponentName(Name = "final_layer")] private readonly FinalLayer _finalLayer;
    private readonly GridPositions _grids;

    /// <summary>Creates the network with DiT's initial weights; its output is zero until trained.</summary>
    /// <param name="config">Architecture; must be valid.</param>
    /// <param name="device">Where to create the parameters (also <c>meta</c>); the CPU when null.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    public DiffusionTransformer(TransformerConfig config, Device? device = null) : base(nameof(DiffusionTransformer))
    {
        if (config.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(config));
        Config = config;
        _grids = new GridPositions(config);
        _patchEmbed = new PatchEmbed(config.Channels + config.ConditionChannels, config.PatchSize, config.Width, device);
        _timeEmbed = new TimestepEmbedder(config.Width, config.TimeScale, device, config.TimeOffset);
        _conditionTimeEmbed = config.ConditionChannels > 0 ? new TimestepEmbedder(config.Width, config.TimeScale, device, config.TimeOffset) : null;
        _labelEmbed = new LabelEmbedder(config.Classes, config.Width, device);
        _augmentationEmbed = config.AugmentationLabels > 0 ? new AugmentationEmbedder(config.AugmentationLabels, config.Width, device) : null;
        _stageEmbed = config.StageEmbedding ? new StageEmbedder(config.Width, device) : null;
        _positions = Initialization.Lasting(_grids.InitialTable().to(device ?? CPU), learned: false);
        _blocks = new ModuleList<TransformerBlock>([.. Enumerable.Range(0, config.Depth)
            .Select(_ => new TransformerBlock(config.Width, config.Heads, config.MlpRatio, device, config.Block, _grids.Rotary))]);
        _finalLayer = new FinalLayer(config.Width, config.PatchSize, config.OutputChannels, device, config.Block.Normalization);
        RegisterComponents();
    }

    /// <summary>Where the parameters are.</summary>
    public Device Device => _positions.device;

    /// <summary>The type of the parameters, in which it computes.</summary>
    public ScalarType Type => _positions.dtype;

    /// <summary>The architecture.</summary>
    public TransformerConfig Config { get; }

    /// <summary>What positions become on grids other than that of the configured size; that of the configuration until set.</summary>
    public PositionScaling PositionScaling { get => _grids.Scaling; set => _grids.Scaling = value; }

    /// <summary>Runs the network in the type of its parameters, on inputs of the configured size or of any other that the patch divides.</summary>
    /// <param name="x">Noisy component, (B, C, H, W).</param>
    /// <param name="t">Times, (B), before the configuration's time scale.</param>
    /// <param name="labels">Class indices, (B), int64; K is the null class.</param>
    /// <param name="condition">Noised condition, (B, C_u, H, W); exactly where the configuration has condition channels.</param>
    /// <param name="conditionTime">Noise level t_u of the condition, (B); exactly where there is a condition.</param>
    /// <returns>Prediction, (B, C, H, W) or (B, 2 C, H, W) with a learned variance, float32, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or the condition is missing or unexpected.</exception>
    public Tensor Forward(Tensor x, Tensor t, Tensor labels, Tensor? condition = null, Tensor? conditionTime = null) =>
        Forward(x, t, labels, condition, conditionTime, augmentation: null);

    /// <summary>Runs the network on images that were augmented.</summary>
    /// <param name="x">Noisy component, (B, C, H, W).</param>
    /// <param name="t">Times, (B), before the configuration's time scale.</param>
    /// <param name="labels">Class indices, (B), int64; K is the null class.</param>
    /// <param name="condition">Noised condition, (B, C_u, H, W), or null.</param>
    /// <param name="conditionTime">Noise level t_u of the condition, (B), or null.</param>
    /// <param name="augmentation">Augmentation labels, (B, A), where the configuration has them; null is the same as zeros.</param>
    /// <returns>As the other overload.</returns>
    /// <exception cref="ArgumentException">As for the other overload, or augmentation labels are unexpected or of another shape.</exception>
    public Tensor Forward(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime, Tensor? augmentation)
    {
        var shares = is_grad_enabled() ? 1 : BatchShares.Of(x.shape[0], Device, _positions.dtype);
        if (shares == 1) return ForwardShare(x, t, labels, condition, conditionTime, augmentation);
        TransformerInputs.Require(Config, x, t, labels, condition, conditionTime, augmentation);
        using var scope = NewDisposeScope();
        var placed = Place(x);                                                                // once, before the threads ask
        var activated = functional.silu(Conditioning(t, labels, conditionTime, augmentation));
        var modulations = new Modulations(this, activated, x.shape[0], shares);
        var output = BatchShares.Run(shares, [x.shape[0], Config.OutputChannels, .. x.shape[2..]], (start, count) =>
            Modulated(x.narrow(0, start, count), condition?.narrow(0, start, count), placed, layer => modulations.Of(layer, start, count).unbind(0)));
        return output.MoveToOuterDisposeScope();
    }

    private Tensor ForwardShare(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime, Tensor? augmentation)
    {
        using var scope = NewDisposeScope();
        var (tokens, c, placed) = Embed(x, t, labels, condition, conditionTime, augmentation);
        foreach (var block in _blocks)
        {
            using var previous = tokens;
            tokens = block.ForwardWith(tokens, c, placed.Rotary);
        }
        return Unembed(tokens, c, placed.Grid).MoveToOuterDisposeScope();                     // (B, C_out, H, W)
    }

    /// <summary>The network with shifts, scales and gates that are known.</summary>
    /// <param name="x">Noisy component, (B, C, H, W).</param>
    /// <param name="condition">Noised condition, (B, C_u, H, W), or null.</param>
    /// <param name="placed">What <see cref="Place"/> gave for such images.</param>
    /// <param name="modulations">Of every block, 6 x (B, 1, D), and of the last layer, 2 x (B, 1, D), by their number.</param>
    /// <returns>Prediction, (B, C_out, H, W), float32, owned by the caller's dispose scope.</returns>
    internal Tensor Modulated(Tensor x, Tensor? condition, PlacedGrid placed, Func<int, Tensor[]> modulations)
    {
        using var scope = NewDisposeScope();
        return Modulated(Tokens(x, condition, placed), placed, modulations).MoveToOuterDisposeScope();
    }

    /// <summary>The same from the tokens on that the first block takes, (B, N, D), which it disposes.</summary>
    internal Tensor Modulated(Tensor tokens, PlacedGrid placed, Func<int, Tensor[]> modulations)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < _blocks.Count; i++)
        {
            using var previous = tokens;
            tokens = _blocks[i].Modulated(tokens, modulations(i), placed.Rotary);
        }
        return Unembed(tokens, modulations(_blocks.Count), placed.Grid).MoveToOuterDisposeScope();
    }

    /// <summary>The blocks, first to last.</summary>
    internal IEnumerable<TransformerBlock> Blocks => _blocks;

    /// <summary>What makes shifts, scales and gates of an activated conditioning vector: of every block, and of the last layer.</summary>
    internal IEnumerable<Linear> ModulationLayers => [.. _blocks.Select(block => block.ModulationLayer), _finalLayer.ModulationLayer];

    /// <summary>What comes before the blocks.</summary>
    /// <returns>Tokens, (B, N, D), and conditioning vectors, (B', D), in the type of the parameters, owned by the caller's dispose scope; and their grid.</returns>
    internal (Tensor Tokens, Tensor Conditioning, PlacedGrid Placed) Embed(
        Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime, Tensor? augmentation)
    {
        TransformerInputs.Require(Config, x, t, labels, condition, conditionTime, augmentation);
        using var scope = NewDisposeScope();
        var placed = Place(x);
        var (c, tokens) = (Conditioning(t, labels, conditionTime, augmentation), Tokens(x, condition, placed));
        return (tokens.MoveToOuterDisposeScope(), c.MoveToOuterDisposeScope(), placed);
    }

    /// <summary>Positions for the grid of such images. Not for several threads at once.</summary>
    internal PlacedGrid Place(Tensor x) => _grids.On(_positions, Patches.Grid([(int)x.shape[2], (int)x.shape[3]], Config.PatchSize));

    /// <summary>Conditioning vectors of the images, and padding up to whole tiles of the product kernels.</summary>
    /// <returns>(B', D), owned by the caller's dispose scope.</returns>
    internal Tensor Conditioning(Tensor t, Tensor labels, Tensor? conditionTime, Tensor? augmentation)
    {
        using var scope = NewDisposeScope();
        var c = _timeEmbed.call(TransformerInputs.PadRows(t)).Plus(_labelEmbed.call(TransformerInputs.PadRows(labels)));
        if (conditionTime is not null) c = c.Plus(_conditionTimeEmbed!.call(TransformerInputs.PadRows(conditionTime)));
        if (augmentation is not null) c = c.Plus(_augmentationEmbed!.call(TransformerInputs.PadRows(augmentation)));
        if (_stageEmbed is not null) c = _stageEmbed.call(c);
        return c.MoveToOuterDisposeScope();                                                   // (B', D)
    }

    /// <summary>Tokens that the first block takes.</summary>
    /// <returns>(B, N, D), owned by the caller's dispose scope.</returns>
    internal Tensor Tokens(Tensor x, Tensor? condition, PlacedGrid placed)
    {
        using var scope = NewDisposeScope();
        if (condition is not null) x = cat([x, condition], dim: 1);                           // (B, C + C_u, H, W)
        return _patchEmbed.call(x.to_type(_positions.dtype)).Plus(placed.Codes).MoveToOuterDisposeScope();  // (B, N, D)
    }

    /// <summary>What comes after the blocks.</summary>
    /// <returns>Prediction, (B, C_out, H, W), float32, owned by the caller's dispose scope.</returns>
    internal Tensor Unembed(Tensor tokens, Tensor c, int[] grid)
    {
        using var scope = NewDisposeScope();
        return Join(_finalLayer.call(tokens, c), grid).MoveToOuterDisposeScope();             // (B, C_out, H, W)
    }

    /// <summary>The same with a shift and a scale that are known.</summary>
    /// <param name="tokens">(B, N, D).</param>
    /// <param name="modulation">2 x (B, 1, D).</param>
    /// <param name="grid">Patches along each side.</param>
    /// <returns>Prediction, (B, C_out, H, W), float32, owned by the caller's dispose scope.</returns>
    internal Tensor Unembed(Tensor tokens, Tensor[] modulation, int[] grid)
    {
        using var scope = NewDisposeScope();
        return Join(_finalLayer.Modulated(tokens, modulation), grid).MoveToOuterDisposeScope();
    }

    private Tensor Join(Tensor patches, int[] grid) => Patches.Join(patches.to_type(ScalarType.Float32), grid, Config.PatchSize);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _grids.Dispose();
        base.Dispose(disposing);
    }
}
