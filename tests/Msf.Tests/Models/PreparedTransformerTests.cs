using Msf.Models;
using Msf.Modules;
using Msf.Tests.Modules;
using Msf.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>The fast path of sampling against the plain forward pass.</summary>
[Collection(SequentialTraining.Name)]
public sealed class PreparedTransformerTests
{
    private static readonly double[] _times = [0, 0.25, 0.5, 0.75, 1];

    public static MatrixTheoryData<string, bool, bool> Options =>
        new(["DiT", "RMSNorm", "QK-norm", "SwiGLU", "rotary", "all"], [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Options))]
    public void Prepared_a_network_gives_what_it_gives(string options, bool half, bool conditioned)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var block = options == "DiT" ? new BlockOptions() : BlockOptionsTests.Named(options);
        using var network = Network(conditioned, half, block);
        foreach (var batch in new[] { 1, 3, 4 })
        {
            var (x, labels, condition) = Inputs(network.Config, batch);
            using var prepared = Prepare(network, labels, condition, _times);
            foreach (var t in new[] { 0, 0.5, 0.3 })                                          // the last is not among the times
            {
                var (plain, none) = (Plain(network, x, t, labels, condition), Plain(network, x, t, full_like(labels, network.Config.Classes), condition));
                var tolerance = half ? 0.02 : 1e-5;
                TensorAssert.Close(plain, prepared.Forward(x, t), tolerance);
                TensorAssert.Close(none, prepared.ForwardNull(x, t), tolerance);
                var (both, bothNone) = prepared.ForwardBoth(x, t);
                TensorAssert.Close(plain, both, tolerance);
                TensorAssert.Close(none, bothNone, tolerance);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_image_has_the_same_bits_in_any_batch_and_any_window(bool half)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var network = Network(conditioned: true, half, new BlockOptions());
        const long whole = PreparedTransformer.WindowBytes;
        foreach (var (first, count, windowBytes) in new[] { (0, 34, 1L), (3, 1, 1), (3, 2, whole), (2, 5, whole), (5, 17, 50_000), (33, 1, 10_000) })
            Assert.All(Differences(network, 34, first, count, windowBytes), difference => Assert.Equal(0, difference));
    }

    [Fact]
    public void Steps_leave_no_tensors_behind_and_neither_does_the_end()
    {
        using var network = Network(conditioned: true, half: true, BlockOptionsTests.All);
        LiveTensors.StayFlat(3, () =>
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            var (x, labels, condition) = Inputs(network.Config, 3);
            using var prepared = Prepare(network, labels, condition, _times, windowBytes: 1);
            prepared.Forward(x, 0.25).Dispose();
            LiveTensors.StayFlat(3, () =>
            {
                using var step = NewDisposeScope();
                foreach (var t in _times) prepared.ForwardBoth(x, t);
                prepared.Forward(x, 0.25);
                prepared.Forward(x, 0.33);
            });
        });
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var network = Network(conditioned: true, half: false, new BlockOptions());
        using var plain = Network(conditioned: false, half: false, new BlockOptions());
        var (x, labels, condition) = Inputs(network.Config, 3);
        Assert.Throws<ArgumentException>(() => Prepare(network, labels, null, _times));
        Assert.Throws<ArgumentException>(() => Prepare(network, labels, condition!.narrow(0, 0, 2), _times));
        Assert.Throws<ArgumentException>(() => Prepare(plain, labels, condition, _times));
        using var prepared = Prepare(network, labels, condition, _times);
        Assert.Throws<ArgumentException>(() => prepared.Forward(x.narrow(0, 0, 2), 0.5));
        Assert.Throws<ArgumentException>(() => prepared.Forward(x.narrow(1, 0, 2), 0.5));
    }

    private static DiffusionTransformer Network(bool conditioned, bool half, BlockOptions block)
    {
        var network = RandomNetworks.Create(RandomNetworks.Transformer with { InputSize = [8, 8], ConditionChannels = conditioned ? 3 : 0, Block = block });
        if (half) network.to(ScalarType.BFloat16);
        return network;
    }

    private static (Tensor X, Tensor Labels, Tensor? Condition) Inputs(TransformerConfig config, int batch)
    {
        var (x, _, labels, condition, _) = RandomNetworks.Inputs(config, batch);
        return (x, labels, condition);
    }

    // Largest differences of some images' outputs, alone and in a batch, over the largest value.
    private static double[] Differences(DiffusionTransformer network, int batch, int first, int count, long windowBytes)
    {
        var (x, labels, condition) = Inputs(network.Config, batch);
        Tensor[] Run(int start, int length, long bytes)
        {
            using var prepared = Prepare(network, labels.narrow(0, start, length), condition!.narrow(0, start, length), _times, bytes);
            var states = x.narrow(0, start, length);
            return [prepared.Forward(states, 0.25), prepared.ForwardBoth(states, 0.5).Labels, prepared.ForwardBoth(states, 0.75).Null, prepared.ForwardNull(states, 0.25)];
        }
        return [.. Run(0, batch, PreparedTransformer.WindowBytes).Zip(Run(first, count, windowBytes), (all, some) =>
            TensorAssert.MaximumDifference(all.narrow(0, first, count), some) / all.abs().max().item<float>())];
    }

    private static PreparedTransformer Prepare(
        DiffusionTransformer network, Tensor labels, Tensor? condition, double[] times, long windowBytes = PreparedTransformer.WindowBytes) =>
        new(network, labels.data<long>().ToArray(), condition, 0.9, times, windowBytes);

    private static Tensor Plain(DiffusionTransformer network, Tensor x, double t, Tensor labels, Tensor? condition) =>
        network.Forward(x, full(x.shape[0], t), labels, condition, condition is null ? null : full(x.shape[0], 0.9));
}
