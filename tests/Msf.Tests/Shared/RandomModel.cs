using Msf.Diffusion;
using Msf.Factorization;
using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests;

/// <summary>A small model with random weights and its sampler.</summary>
internal sealed class RandomModel : IDisposable
{
    private readonly DiffusionTransformer[] _networks;

    public RandomModel(ModelConfig config, DiffusionConfig? diffusion = null)
    {
        Config = config;
        _networks = RandomNetworks.Create(config);
        Sampler = new MsfSampler(config, diffusion ?? new(), Statistics(config), _networks);
    }

    public ModelConfig Config { get; }

    public MsfSampler Sampler { get; }

    public IReadOnlyList<DiffusionTransformer> Networks => _networks;

    /// <summary>Samples until the test is stopped.</summary>
    public Tensor Sample(SamplingRequest request) => Sampler.Sample(request, cancellation: TestContext.Current.CancellationToken);

    /// <summary>Samples every level until the test is stopped.</summary>
    public Tensor[] SampleLevels(SamplingRequest request) => Sampler.SampleLevels(request, cancellation: TestContext.Current.CancellationToken);

    /// <summary>Statistics that differ between stages and channels, so that a wrong index shows.</summary>
    public static ComponentStatistics Statistics(ModelConfig config)
    {
        ChannelStatistics Of(double first) => new()
        {
            Mean = [.. Enumerable.Range(0, config.Channels).Select(c => first + 0.1 * c)],
            StandardDeviation = [.. Enumerable.Range(0, config.Channels).Select(c => 0.5 + first * first + 0.05 * c)],
        };
        var levels = config.Factorization.Levels;
        return new ComponentStatistics
        {
            Components = [.. Enumerable.Range(0, levels).Select(level => Of(0.2 - 0.3 * level))],
            Conditions = [.. Enumerable.Range(1, levels - 1).Select(level => Of(0.15 * level))],
        };
    }

    /// <summary>A request for some images of class index mod K, two Heun steps a stage, the base guided.</summary>
    public SamplingRequest Request(params long[] indices) => new()
    {
        Labels = [.. indices.Select(index => (int)(index % Config.Classes))],
        ImageIndices = indices,
        Seed = 11,
        Sampling = new SamplingConfig
        {
            Stages =
            [
                .. Enumerable.Range(0, Config.Stages.Length).Select(stage => new StageSamplingConfig
                {
                    Steps = 2 + stage,
                    Solver = SolverKind.Heun,
                    Guidance = new() { Scale = stage == 0 ? 2 : 1 },
                }),
            ],
        },
    };

    public void Dispose()
    {
        foreach (var network in _networks) network.Dispose();
    }
}
