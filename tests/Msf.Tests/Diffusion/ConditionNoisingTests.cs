using Msf.Diffusion;
using static TorchSharp.torch;

namespace Msf.Tests.Diffusion;

public class ConditionNoisingTests
{
    [Fact]
    public void Clean_is_time_1_and_pure_noise_time_0()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(8);
        var u = randn([4, 3, 4, 4], generator: generator);
        var noise = randn([4, 3, 4, 4], generator: generator);
        var path = ProbabilityPath.Create(PathKind.Linear);
        Assert.True(TensorAssert.Identical(ConditionNoising.Apply(path, u, ones(4), noise), u));
        Assert.True(TensorAssert.Identical(ConditionNoising.Apply(path, u, zeros(4), noise), noise));
    }
}
