using Msf.Models;
using Msf.Tests.Modules;
using Msf.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>The count of what a forward pass holds at its widest place, against what the allocator gave out while it ran.</summary>
[Collection(SequentialTraining.Name)]
public sealed class SamplingMemoryTests
{
    private const int Batch = 24, Passes = 20, Looks = 3;
    private const double Scratch = 4 << 20;                                                   // what libraries take for their products

    private static readonly TransformerConfig _config = new()
    {
        InputSize = [32, 32],
        Channels = 3,
        PatchSize = 2,
        Width = 192,
        Depth = 4,
        Heads = 3,
        Classes = 10,
    };

    [Theory]
    [InlineData("plain", ScalarType.Float32, 32)]
    [InlineData("plain", ScalarType.BFloat16, 32)]
    [InlineData("SwiGLU", ScalarType.Float32, 16)]
    [InlineData("plain", ScalarType.Float32, 16)]
    public void The_most_that_a_forward_pass_takes_is_what_the_count_says(string name, ScalarType type, int size)
    {
        var config = _config with { InputSize = [size, size], Block = name == "plain" ? new() : BlockOptionsTests.Named(name) };
        var expected = SamplingMemory.Of(config, Batch, type == ScalarType.Float32 ? 4 : 2).Peak;
        var seen = Enumerable.Range(0, Looks).Min(_ => MostInUse(config, type));                // the process's other work only ever adds
        TestContext.Current.TestOutputHelper?.WriteLine($"{name} {type} {size}: counted {expected / 1e6:F2} MB, seen {seen / 1e6:F2} MB");
        Assert.InRange(seen, 0.6 * expected, 1.1 * expected + Scratch);
    }

    [Fact]
    public void A_batch_takes_in_proportion_and_half_the_bytes_in_half_the_width()
    {
        Assert.Equal(2 * SamplingMemory.Of(_config, 4, 4).Peak, SamplingMemory.Of(_config, 8, 4).Peak);
        Assert.Equal(2 * SamplingMemory.Of(_config, 4, 2).Block, SamplingMemory.Of(_config, 4, 4).Block);
    }

    // A thread that looks again and again while the network runs; what it sees is a lower bound.
    private static long MostInUse(TransformerConfig config, ScalarType type)
    {
        using var network = new DiffusionTransformer(config);
        network.to(type);
        network.eval();
        using var inputs = NewDisposeScope();
        var (x, t, labels, _, _) = RandomNetworks.Inputs(config, Batch);
        void Pass()
        {
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            network.Forward(x, t, labels);
        }
        Pass();                                                                               // kernels keep what they prepare
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = NativeMemory.InUse;
        var (most, done) = (0L, false);
        var watcher = new Thread(() =>
        {
            while (!Volatile.Read(ref done)) most = Math.Max(most, NativeMemory.InUse - before);
        });
        watcher.Start();
        for (var i = 0; i < Passes; i++) Pass();
        Volatile.Write(ref done, true);
        watcher.Join();
        return most;
    }
}
