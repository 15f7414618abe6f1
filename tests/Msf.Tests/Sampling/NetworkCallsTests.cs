using Msf.Models;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

/// <summary>What a whole sampler asks of its networks: rows, times, and that it gives back what it settled.</summary>
public sealed class NetworkCallsTests
{
    private const int Batch = 3;
    private static readonly ModelConfig _model = RandomNetworks.Model(levels: 2);

    [Theory]
    [InlineData(1, 0, 1, GuidanceRamp.Constant)]
    [InlineData(2, 0, 1, GuidanceRamp.Constant)]
    [InlineData(2, 0.5, 1, GuidanceRamp.Constant)]
    [InlineData(2, 0, 0.4, GuidanceRamp.LinearDown)]
    [InlineData(2, 0, 1, GuidanceRamp.Cosine)]
    public void Rows_are_those_that_forwards_says_and_every_time_was_foretold(double scale, double from, double to, GuidanceRamp ramp)
    {
        using var scope = NewDisposeScope();
        var guidance = new GuidanceConfig { Scale = scale, From = from, To = to, Ramp = ramp };
        foreach (var source in new[] { GuidanceSource.NullClass, GuidanceSource.WeakerModel })
            foreach (var solver in new[] { SolverKind.Euler, SolverKind.Heun, SolverKind.Ddim })
            {
                var stages = Enumerable.Range(4, 2).Select(steps => new StageSamplingConfig { Steps = steps, Solver = solver, Guidance = guidance with { Source = source } }).ToArray();
                var counts = new Counts();
                Sampler(counts).Sample(Request(stages), cancellation: TestContext.Current.CancellationToken);
                Assert.Equal(Batch * stages.Sum(stage => stage.Forwards()), counts.Rows);
                Assert.Equal(0, counts.Open);
                Assert.Empty(counts.Unexpected);
            }
    }

    [Fact]
    public void Who_stops_gets_nothing_left_open()
    {
        using var source = new CancellationTokenSource();
        var counts = new Counts();
        var request = Request([new() { Steps = 2 }, new() { Steps = 3, Guidance = new() { Scale = 2, Source = GuidanceSource.WeakerModel } }]);
        var told = new Cancelling(source);
        Assert.Throws<OperationCanceledException>(() => { Sampler(counts).Sample(request, told, source.Token); });
        Assert.Equal((0, 3), (counts.Open, counts.Opened));
    }

    private static MsfSampler Sampler(Counts counts)
    {
        StageNetworkFactory[] networks = [counts.Settle, counts.Settle];
        return new MsfSampler(_model, new(), RandomModel.Statistics(_model), networks, CPU, networks);
    }

    private static SamplingRequest Request(StageSamplingConfig[] stages) => new()
    {
        Labels = [0, 1, 2],
        ImageIndices = [0, 1, 2],
        Seed = 1,
        Sampling = new() { Stages = stages },
    };

    private sealed class Counts
    {
        public long Rows { get; set; }

        public int Open { get; set; }

        public int Opened { get; private set; }

        public List<double> Unexpected { get; } = [];

        public Counting Settle(Tensor labels, long nullClass, Tensor? condition, double conditionTime, IReadOnlyList<double> times)
        {
            Open++;
            Opened++;
            return new Counting(this, times);
        }
    }

    private sealed class Counting(Counts counts, IReadOnlyList<double> times) : IStageNetwork
    {
        public Tensor WithClass(Tensor x, double t)
        {
            Count(x, t, 1);
            return zeros_like(x);
        }

        public (Tensor Class, Tensor Null) WithAndWithoutClass(Tensor x, double t)
        {
            Count(x, t, 2);
            return (zeros_like(x), zeros_like(x));
        }

        public IStageNetwork OfImages(long first, long count)
        {
            counts.Open++;
            return new Counting(counts, times);
        }

        public void Dispose() => counts.Open--;

        private void Count(Tensor x, double t, int halves)
        {
            counts.Rows += halves * x.shape[0];
            if (!times.Contains(t)) counts.Unexpected.Add(t);
        }
    }

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<SamplingProgress>
    {
        public void Report(SamplingProgress value)
        {
            if (value.Stage == 1) source.Cancel();
        }
    }
}
