using Msf.Diffusion;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public sealed class VariancePreservingDiscretePathTests
{
    private static readonly ProbabilityPath _path = ProbabilityPath.Create(PathKind.VariancePreservingDiscrete);

    [Fact]
    public void After_whole_steps_it_is_the_official_schedule()
    {
        using var scope = NewDisposeScope();
        var expected = Golden.Load("diffusion", "schedule.safetensors")["alphas_cumprod_f64"].data<double>().ToArray();
        var times = Enumerable.Range(1, 1000).Select(k => 1 - k / 1000.0).ToArray();
        Assert.All(times.Zip(expected), pair => Assert.Equal(pair.Second, _path.At(pair.First).Alpha * _path.At(pair.First).Alpha, 1e-12));
        var tensors = _path.AtDouble(tensor(times, dtype: ScalarType.Float64));
        Assert.True(TensorAssert.MaximumDifference(tensors.Alpha * tensors.Alpha, tensor(expected, dtype: ScalarType.Float64)) < 1e-12);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(50)]
    public void The_grid_is_the_official_respacing(int steps)
    {
        using var scope = NewDisposeScope();
        var expected = Golden.Load("diffusion", "schedule.safetensors")[$"timestep_map_{steps}"].data<long>().ToArray();
        var times = TimeGrid.Of(PathKind.VariancePreservingDiscrete, steps);
        Assert.Equal(expected.Reverse(), times.Take(steps).Select(t => (long)Math.Round(1000 * (1 - t) - 1)));
        Assert.Equal((0, 1), (times[0], times[^1]));
    }

    [Fact]
    public void There_are_a_thousand_steps_and_no_more()
    {
        Assert.Equal(1001, TimeGrid.Of(PathKind.VariancePreservingDiscrete, 1000).Distinct().Count());
        Assert.Equal([0, 1], TimeGrid.Of(PathKind.VariancePreservingDiscrete, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => { TimeGrid.Of(PathKind.VariancePreservingDiscrete, 1001); });
        Assert.Equal(TimeGrid.Uniform(7, 3), TimeGrid.Of(PathKind.Linear, 7, 3));
    }
}
