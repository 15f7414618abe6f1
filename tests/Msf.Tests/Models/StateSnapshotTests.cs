using System.Globalization;
using System.Text.RegularExpressions;
using Msf.Checkpoints;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>
/// Keys and shapes of every preset's networks, against files that are committed: a change of either breaks every model on disk, so it must
/// be seen. Blocks that are alike share their lines: <c>blocks.0-11.attn.qkv.weight (1152, 384)</c>. After a wanted change run the tests once with
/// MSF_WRITE_DOCS=1 and review the difference.
/// </summary>
public sealed partial class StateSnapshotTests
{
    private static readonly string _folder = SourceTree.Path("tests", "Msf.Tests", "Models", "Snapshots");

    public static TheoryData<string> Names => [.. Presets.Models];

    [Theory]
    [MemberData(nameof(Names))]
    public void Keys_and_shapes_of_a_preset_are_those_of_its_snapshot(string preset)
    {
        var lines = Joined(Describe(RunConfigReader.Read(preset, []).Model));
        var file = Path.Combine(_folder, $"{preset}.txt");
        if (SourceTree.IsWriting)
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllText(file, string.Concat(lines.Select(line => line + "\n")));
        }
        Assert.True(File.Exists(file), $"preset {preset} has no snapshot: set {SourceTree.WriteVariable}=1, run this test once, review and commit {preset}.txt");
        Assert.Equal(File.ReadAllLines(file), lines);
    }

    [Fact]
    public void Every_snapshot_belongs_to_a_preset()
    {
        Assert.SkipWhen(SourceTree.IsWriting, "snapshots are being written");
        var snapshots = Directory.EnumerateFiles(_folder).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);
        Assert.Equal(Presets.Models, snapshots!);
    }

    [Fact]
    public void Lines_of_like_blocks_are_joined_and_others_are_not() => Assert.Equal(
        ["stage0 blocks.0,2.b (3)", "stage0 blocks.0-2.a (2)", "stage0 blocks.1.b (4)", "stage0 x (1)", "stage1 blocks.0-1.a (2)"],
        Joined(
        [
            "stage0 blocks.0.a (2)", "stage0 blocks.0.b (3)", "stage0 blocks.1.a (2)", "stage0 blocks.1.b (4)", "stage0 blocks.2.a (2)", "stage0 blocks.2.b (3)",
            "stage0 x (1)", "stage1 blocks.0.a (2)", "stage1 blocks.1.a (2)",
        ]));

    [Theory]
    [InlineData("dit-s-2-256", 384, 12, 6, 32)]
    [InlineData("dit-b-2-256", 768, 12, 12, 32)]
    [InlineData("dit-l-2-512", 1024, 24, 16, 64)]
    [InlineData("dit-xl-2-256", 1152, 28, 16, 32)]
    [InlineData("dit-xl-2-512", 1152, 28, 16, 64)]
    public void A_baseline_has_exactly_the_keys_of_DiT(string preset, int width, int depth, int heads, int size)
    {
        var config = RunConfigReader.Read(preset, []).Model.Transformer(0);
        Assert.Equal((width, depth, heads), (config.Width, config.Depth, config.Heads));
        Assert.Equal([size, size], config.InputSize);
        using var network = new DiffusionTransformer(config, META);
        var expected = OfficialShapes(config).Select(entry => $"{entry.Key} {ShapeGuard.Format(entry.Value)}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), Describe(network).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_keys_of_DiT_are_those_of_the_official_file()
    {
        using var scope = NewDisposeScope();
        var official = Golden.Load("dit", "dit_a.safetensors").Select(entry => $"{entry.Key} {ShapeGuard.Format(entry.Value.shape)}");
        var expected = OfficialShapes(GoldenTransformers.Config).Select(entry => $"{entry.Key} {ShapeGuard.Format(entry.Value)}");
        Assert.Equal(official.Order(StringComparer.Ordinal), expected.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_condition_adds_its_channels_and_the_embedding_of_its_noise_level()
    {
        using var plain = new DiffusionTransformer(GoldenTransformers.Config, META);
        using var conditioned = new DiffusionTransformer(GoldenTransformers.Config with { ConditionChannels = 4 }, META);
        Assert.Equal(
            [
                "condition_t_embedder.mlp.0.bias (64)",
                "condition_t_embedder.mlp.0.weight (64, 256)",
                "condition_t_embedder.mlp.2.bias (64)",
                "condition_t_embedder.mlp.2.weight (64, 64)",
                "x_embedder.proj.weight (64, 8, 2, 2)",
            ],
            Describe(conditioned).Except(Describe(plain)));
    }

    [Fact]
    public void Augmentation_labels_add_one_matrix()
    {
        using var plain = new DiffusionTransformer(GoldenTransformers.Config, META);
        using var told = new DiffusionTransformer(GoldenTransformers.Config with { AugmentationLabels = 9 }, META);
        Assert.Equal(["aug_embedder.weight (64, 9)"], Describe(told).Except(Describe(plain)));
        Assert.Empty(Describe(plain).Except(Describe(told)));
    }

    // One line for a key of all blocks in which it has the same shape.
    private static string[] Joined(IEnumerable<string> lines) =>
    [
        .. lines.Select(line => Block().Match(line) is { Success: true } match
                ? (Before: match.Groups["before"].Value, Number: int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture), After: match.Groups["after"].Value)
                : (Before: line, Number: -1, After: ""))
            .GroupBy(part => (part.Before, part.After))
            .Select(group => group.First().Number < 0 ? group.Key.Before : $"{group.Key.Before}{Ranges([.. group.Select(part => part.Number).Order()])}{group.Key.After}")
            .Order(StringComparer.Ordinal),
    ];

    private static string Ranges(int[] numbers)
    {
        var starts = numbers.Where(number => !numbers.Contains(number - 1)).ToArray();
        var ends = numbers.Where(number => !numbers.Contains(number + 1)).ToArray();
        return string.Join(',', starts.Zip(ends, (start, end) => start == end ? $"{start}" : $"{start}-{end}"));
    }

    [GeneratedRegex(@"^(?<before>.*\bblocks\.)(?<number>\d+)(?<after>\..*)$")]
    private static partial Regex Block();

    private static string[] Describe(ModelConfig model) =>
    [
        .. Enumerable.Range(0, model.Stages.Length).SelectMany(stage =>
        {
            using var network = new DiffusionTransformer(model.Transformer(stage), META);
            return Describe(network).Select(line => string.Create(CultureInfo.InvariantCulture, $"stage{stage} {line}"));
        }),
    ];

    private static string[] Describe(DiffusionTransformer network) =>
        [.. StateDictLoader.Extract(network).Select(entry => $"{entry.Key} {ShapeGuard.Format(entry.Value.shape)}")];

    // Written down from the official models.py, by hand and apart from the library's own code.
    private static Dictionary<string, long[]> OfficialShapes(TransformerConfig config)
    {
        long d = config.Width, patch = config.PatchSize * config.PatchSize;
        var shapes = new Dictionary<string, long[]>
        {
            ["pos_embed"] = [1, config.InputSize[0] * config.InputSize[1] / patch, d],
            ["x_embedder.proj.weight"] = [d, config.Channels, config.PatchSize, config.PatchSize],
            ["x_embedder.proj.bias"] = [d],
            ["y_embedder.embedding_table.weight"] = [config.Classes + 1, d],
        };
        void Linear(string name, long inputs, long outputs) => (shapes[$"{name}.weight"], shapes[$"{name}.bias"]) = ([outputs, inputs], [outputs]);
        Linear("t_embedder.mlp.0", 256, d);
        Linear("t_embedder.mlp.2", d, d);
        for (var block = 0; block < config.Depth; block++)
        {
            Linear($"blocks.{block}.attn.qkv", d, 3 * d);
            Linear($"blocks.{block}.attn.proj", d, d);
            Linear($"blocks.{block}.mlp.fc1", d, 4 * d);
            Linear($"blocks.{block}.mlp.fc2", 4 * d, d);
            Linear($"blocks.{block}.adaLN_modulation.1", d, 6 * d);
        }
        Linear("final_layer.linear", d, patch * 2 * config.Channels);
        Linear("final_layer.adaLN_modulation.1", d, 2 * d);
        return shapes;
    }
}
