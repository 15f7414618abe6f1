using Msf.Models;
using Msf.Runtime;
using Msf.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

[Collection(SequentialTraining.Name)]
public sealed class BatchSharesTests
{
    private static readonly TransformerConfig _config = new()
    {
        InputSize = [16, 16],
        Channels = 3,
        ConditionChannels = 3,
        PatchSize = 2,
        Width = 64,
        Depth = 2,
        Heads = 2,
        Classes = 10,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(32)]
    public void A_batch_in_shares_gives_the_bits_of_one_thread(int batch)
    {
        using var scope = NewDisposeScope();
        using var network = RandomNetworks.Create(_config);
        network.to(ScalarType.BFloat16);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, batch);
        Tensor Run()
        {
            using var inference = inference_mode();
            return network.Forward(x, t, labels, condition, conditionTime);
        }
        Assert.True(TensorAssert.Identical(SequentialTraining.On(1, Run), SequentialTraining.On(2, Run)));
    }

    [Fact]
    public void Batches_are_shared_where_every_thread_gets_an_image()
    {
        static int On(int threads, Func<int> shares) => SequentialTraining.On(threads, shares);
        Assert.SkipUnless(On(2, () => ThreadTeam.Threads) == 2, "libtorch brings no OpenMP here");
        Assert.Equal(2, On(2, () => BatchShares.Of(2, CPU, ScalarType.BFloat16)));
        Assert.Equal(1, On(2, () => BatchShares.Of(1, CPU, ScalarType.BFloat16)));
        Assert.Equal(1, On(2, () => BatchShares.Of(64, CPU, ScalarType.Float32)));
        Assert.Equal(1, On(2, () => BatchShares.Of(64, META, ScalarType.BFloat16)));
        Assert.Equal(16, On(16, () => BatchShares.Of(64, CPU, ScalarType.BFloat16)));
        Assert.Equal((4, 1), (On(4, () => BatchShares.OfTraining(64, CPU, ScalarType.BFloat16)), On(16, () => BatchShares.OfTraining(64, CPU, ScalarType.BFloat16))));
        var inside = new int[2];
        On(2, () =>
        {
            ThreadTeam.Apart(2, job => inside[job] = BatchShares.Of(64, CPU, ScalarType.BFloat16));
            return 0;
        });
        Assert.Equal([1, 1], inside);
    }

    [Fact]
    public void A_bad_shape_is_refused_as_ever()
    {
        using var scope = NewDisposeScope();
        using var network = RandomNetworks.Create(_config);
        network.to(ScalarType.BFloat16);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, 8);
        using var inference = inference_mode();
        Assert.Throws<ArgumentException>(() => SequentialTraining.On(2, () => network.Forward(x, t.narrow(0, 0, 7), labels, condition, conditionTime)));
        Assert.Throws<ArgumentException>(() => SequentialTraining.On(2, () => network.Forward(x, t, labels)));
    }

    [Fact]
    public void A_twin_computes_with_the_same_memory_and_has_gradients_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var network = RandomNetworks.Create(_config);
        using var before = random.get_rng_state();
        using var twin = NetworkMemory.Twin(network);
        Assert.True(TensorAssert.Identical(before, random.get_rng_state()));
        using (no_grad())
            foreach (var (_, parameter) in network.named_parameters()) parameter.MultiplyInPlace(1.5);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_config, 2);
        var (one, other) = (network.Forward(x, t, labels, condition, conditionTime), twin.Forward(x, t, labels, condition, conditionTime));
        Assert.True(TensorAssert.Identical(one, other));
        other.sum().backward();
        Assert.All(network.named_parameters(), parameter => Assert.Null(parameter.parameter.grad));
        Assert.Contains(twin.named_parameters(), parameter => parameter.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0);
    }
}
