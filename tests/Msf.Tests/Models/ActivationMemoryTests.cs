using Msf.Models;
using Msf.Tests.Modules;
using Msf.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>
/// The count of saved tensors against what the allocator gave out between the two passes. Whoever changes what a block saves
/// changes <see cref="ActivationMemory"/> with it.
/// </summary>
[Collection(SequentialTraining.Name)]
public sealed class ActivationMemoryTests
{
    private const int Batch = 16;

    private static readonly TransformerConfig _config = new()
    {
        InputSize = [16, 16],
        Channels = 3,
        PatchSize = 2,
        Width = 128,
        Depth = 4,
        Heads = 2,
        Classes = 10,
    };

    public static TheoryData<string, ScalarType> Cases
    {
        get
        {
            var cases = new TheoryData<string, ScalarType>();
            foreach (var name in BlockOptionsTests.Names.Select(row => row.Data).Append("plain"))
                foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
                    cases.Add(name, type);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_a_block_keeps_is_what_the_count_says(string name, ScalarType type)
    {
        var config = _config with { Block = name == "plain" ? new() : BlockOptionsTests.Named(name) };
        var expected = ActivationMemory.Of(config, Batch, type == ScalarType.Float32 ? 4 : 2);
        var (short_, long_) = (Kept(config with { Depth = 2 }, type, recompute: false), Kept(config with { Depth = 6 }, type, recompute: false));
        Within(expected.Block, (long_ - short_) / 4, 0.03, "a block");
        Within(expected.Kept(false), Kept(config, type, recompute: false), 0.05, "the network");
        var deep = config with { Depth = 6 };                                                 // what recomputation keeps of a block is little
        var inputs = (Kept(deep, type, recompute: true) - Kept(config with { Depth = 2 }, type, recompute: true)) / 4;
        Within(expected.BlockInput, inputs, 0.1, "the input of a block");
    }

    /// <summary>Bytes that a forward pass leaves behind while its result lives.</summary>
    private static long Kept(TransformerConfig config, ScalarType type, bool recompute)
    {
        using var network = new DiffusionTransformer(config);
        network.to(type);
        using var inputs = NewDisposeScope();
        var (x, t, labels, _, _) = RandomNetworks.Inputs(config, Batch);
        long Once()
        {
            using var recomputation = new BlockRecomputation(network);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var before = NativeMemory.InUse;
            using var y = recompute ? recomputation.Forward(x, t, labels) : network.Forward(x, t, labels);
            return NativeMemory.InUse - before - y.numel() * 4;
        }
        Once();                                                                               // kernels keep what they prepare
        var seen = new List<long>();                                                          // and the runtime takes and frees some when it likes
        while (seen.Count < 30)
        {
            var bytes = Once();
            seen.Add(bytes);
            if (seen.Count(other => Math.Abs(other - bytes) <= 4096) >= 3) return bytes;
        }
        return seen.Order().ElementAt(seen.Count / 2);
    }

    private static void Within(long expected, long actual, double tolerance, string what)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: counted {expected:N0} bytes, allocated {actual:N0}");
        Assert.True(Math.Abs(actual / (double)expected - 1) <= tolerance, $"{what}: counted {expected:N0} bytes, allocated {actual:N0}");
    }
}
