using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public sealed class PiecewiseLinearPathTests
{
    public static TheoryData<PathKind> Kinds => [.. Enum.GetValues<PathKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_meets_the_other_path_at_the_borders_and_is_straight_between(PathKind kind)
    {
        const int windows = 7;                                                                // k / 7 is no double: borders must survive rounding
        var (path, straight) = (ProbabilityPath.Create(kind), new PiecewiseLinearPath(ProbabilityPath.Create(kind), windows));
        Assert.Equal((kind, windows), (straight.Kind, straight.Windows));
        for (var k = 0; k < windows; k++)
        {
            var (start, end) = (path.At((double)k / windows), path.At((k + 1.0) / windows));
            foreach (var share in new[] { 0, 0.25, 0.75 })
            {
                var at = straight.At((k + share) / windows);
                Assert.Equal(start.Alpha + share * (end.Alpha - start.Alpha), at.Alpha, 1e-12);
                Assert.Equal(start.Sigma + share * (end.Sigma - start.Sigma), at.Sigma, 1e-12);
                Assert.Equal(windows * (end.Alpha - start.Alpha), at.AlphaDerivative, 1e-12);
                Assert.Equal(windows * (end.Sigma - start.Sigma), at.SigmaDerivative, 1e-12);
            }
        }
        Assert.Equal(path.At(1).Alpha, straight.At(1).Alpha, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Times_per_image_give_the_same_numbers_also_at_borders_that_were_rounded_to_float32(PathKind kind)
    {
        using var scope = NewDisposeScope();
        var straight = new PiecewiseLinearPath(ProbabilityPath.Create(kind), 7);
        double[] times = [.. Enumerable.Range(0, 29).Select(i => i / 28.0)];
        var at = straight.At(tensor(times, ScalarType.Float32));
        for (var i = 0; i < times.Length; i++)
        {
            var one = straight.At(times[i]);
            Assert.Equal(one.Alpha, at.Alpha[i].item<float>(), 1e-5);
            Assert.Equal(one.Sigma, at.Sigma[i].item<float>(), 1e-5);
            Assert.Equal(one.AlphaDerivative, at.AlphaDerivative[i].item<float>(), 1e-5);
            Assert.Equal(one.SigmaDerivative, at.SigmaDerivative[i].item<float>(), 1e-5);
        }
    }

    [Fact]
    public void Of_the_linear_path_it_is_that_path()
    {
        var straight = new PiecewiseLinearPath(ProbabilityPath.Create(PathKind.Linear), 3);
        foreach (var t in new[] { 0, 0.2, 1 / 3.0, 0.5, 1 })
        {
            var at = straight.At(t);
            Assert.Equal((t, 1 - t, 1.0, -1.0), (Math.Round(at.Alpha, 12), Math.Round(at.Sigma, 12), Math.Round(at.AlphaDerivative, 12), Math.Round(at.SigmaDerivative, 12)), new Close());
        }
    }

    [Theory]
    [InlineData(PathKind.VariancePreservingLinear, PredictionKind.Noise)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Data)]
    [InlineData(PathKind.VariancePreservingDiscrete, PredictionKind.Noise)]
    public void A_step_over_a_window_is_the_DDIM_step_of_the_other_path(PathKind kind, PredictionKind prediction)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var path = ProbabilityPath.Create(kind);
        var (x, predicted) = (randn([2, 3], ScalarType.Float64, generator: generator), randn([2, 3], ScalarType.Float64, generator: generator));
        const double t = 0.25, next = 0.5;
        var velocity = PredictionConversion.ToVelocity(new PiecewiseLinearPath(path, 4), prediction, predicted, x, t);
        var field = new Fixed(PredictionConversion.ToData(path, prediction, predicted, x, t), PredictionConversion.ToNoise(path, prediction, predicted, x, t));
        using var ddim = Solver.Create(SolverKind.Ddim, path, field);
        Assert.True((x + velocity * (next - t) - ddim.Step(x, t, next)).abs().max().item<double>() < 1e-9);
    }

    [Fact]
    public void There_must_be_a_window() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PiecewiseLinearPath(ProbabilityPath.Create(PathKind.Linear), 0));

    private sealed class Fixed(Tensor data, Tensor noise) : IFlowField
    {
        public Tensor At(Tensor x, double t) => throw new NotSupportedException();

        public (Tensor Data, Tensor Noise) DataAndNoiseAt(Tensor x, double t) => (data.alias(), noise.alias());

        public IFlowField OfImages(long first, long count) => throw new NotSupportedException();
    }

    private sealed class Close : IEqualityComparer<(double A, double B, double C, double D)>
    {
        public bool Equals((double A, double B, double C, double D) x, (double A, double B, double C, double D) y) =>
            Math.Abs(x.A - y.A) + Math.Abs(x.B - y.B) + Math.Abs(x.C - y.C) + Math.Abs(x.D - y.D) < 1e-9;

        public int GetHashCode((double A, double B, double C, double D) obj) => 0;
    }
}
