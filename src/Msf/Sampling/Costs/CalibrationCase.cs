using System.Diagnostics;
using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Modules;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>A small network that is timed in the sampler, at several batch sizes.</summary>
internal sealed class CalibrationCase : IDisposable
{
    private const int Steps = 2;
    private static readonly BlockOptions _allOptions = new()
    {
        Normalization = NormalizationKind.RmsNorm,
        QueryKeyNormalization = true,
        Perceptron = PerceptronKind.SwiGlu,
        Positions = PositionKind.Rotary,
    };

    private readonly ModelConfig _model;
    private readonly DiffusionTransformer _network;
    private readonly MsfSampler _sampler;
    private readonly Device _device;
    private readonly ScalarType _type;

    /// <param name="width">Width D.</param>
    /// <param name="depth">Blocks.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="side">Side of the token grid.</param>
    /// <param name="precision">Type of the products.</param>
    /// <param name="device">Where.</param>
    /// <param name="options">Whether the blocks have all their options instead of none.</param>
    internal CalibrationCase(int width, int depth, int heads, int side, ComputePrecision precision, Device device, bool options)
    {
        _model = new ModelConfig
        {
            Name = "calibration",
            Channels = 4,
            Size = [2 * side, 2 * side],
            Classes = 10,
            Factorization = new FactorizationConfig { Levels = 1 },
            Stages = [new StageConfig { PatchSize = 2, Width = width, Depth = depth, Heads = heads, Block = options ? _allOptions : new() }],
        };
        (_device, _type) = (device, precision.ToScalarType());
        _network = new DiffusionTransformer(_model.Transformer(0));
        _network.to(device);
        _network.to(_type);
        _network.eval();
        _sampler = new MsfSampler(_model, new DiffusionConfig(), ComponentStatistics.Identity(1, _model.Channels), [_network]);
    }

    /// <summary>The transformer.</summary>
    internal TransformerConfig Transformer => _model.Transformer(0);

    /// <summary>Whether threads share a batch.</summary>
    /// <param name="batch">Images.</param>
    internal int Shares(int batch) => BatchShares.Of(batch, _device, _type);

    /// <summary>Work of each evaluation.</summary>
    /// <param name="batch">Images.</param>
    internal ForwardWork Work(int batch) =>
        ForwardWork.Of(Transformer, batch, Cost(batch).Labels, Steps, Shares(batch), _type == ScalarType.BFloat16 ? 2 : 4, MachineName.CacheBytes);

    /// <summary>Normal numbers of one sampling, for each of its evaluations.</summary>
    /// <param name="batch">Images.</param>
    internal double NoisePerEvaluation(int batch) => Cost(batch).Noise / (double)Steps;

    /// <summary>Samples once without guidance.</summary>
    /// <param name="batch">Images.</param>
    /// <returns>Seconds of each evaluation, all that sampling does divided among them.</returns>
    internal double Seconds(int batch)
    {
        using var scope = NewDisposeScope();
        var request = new SamplingRequest
        {
            Labels = [.. Enumerable.Range(0, batch).Select(i => i % _model.Classes)],
            ImageIndices = [.. Enumerable.Range(0, batch).Select(i => (long)i)],
            Seed = 0,
            Sampling = new SamplingConfig { Stages = [Budget] },
        };
        var clock = Stopwatch.StartNew();
        _sampler.Sample(request);
        if (_device.type == DeviceType.CUDA) cuda.synchronize(_device);
        return clock.Elapsed.TotalSeconds / Steps;
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private static StageSamplingConfig Budget { get; } = new() { Steps = Steps };

    private StageCost Cost(int batch) => StageCost.Of(Transformer, Budget, batch);
}
