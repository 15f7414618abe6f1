using System.Diagnostics;
using Msf.Checkpoints;
using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

/// <summary>Model folders mean in Python what they mean here: docs/python/load_msf.py against our own forward pass.</summary>
[Collection(ChildProcesses.Name)]
public sealed class PythonRoundTripTests
{
    private const string Python = "/usr/bin/python3";
    private const double Tolerance = 2e-5;

    private static readonly Lazy<string?> _missing = new(Missing);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_bundled_model(int stage) => Compare("bundled", SourceTree.Path("models", "noto-emoji"), stage);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_model_with_every_option(int stage)
    {
        using var folder = new TemporaryFolder();
        var block = new BlockOptions
        {
            Normalization = NormalizationKind.RmsNorm,
            QueryKeyNormalization = true,
            Perceptron = PerceptronKind.SwiGlu,
            Positions = PositionKind.Rotary,
        };
        var random = RandomNetworks.Model(2, 8, 12);
        var config = random with
        {
            Stages = [random.Stages[0] with { Block = block, Depth = 2 }, random.Stages[1] with { MlpRatio = 3 }],
            LearnSigma = true,
            AugmentationLabels = 3,
            TimeScale = -1000,
            TimeOffset = 999,
        };
        var networks = RandomNetworks.Create(config);
        var manifest = SmallModels.Manifest with { Model = config, ClassNames = ["a", "b", "c", "d", "e"] };
        ModelFolder.Save(folder["model"], manifest, [.. networks.Select(StateDictLoader.Extract)], ScalarType.Float32);
        foreach (var network in networks) network.Dispose();
        Compare("every option", folder["model"], stage);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_model_whose_stages_share_a_trunk(int stage)
    {
        using var folder = new TemporaryFolder();
        var networks = SharedTrunkModels.Create(SharedTrunkModels.All);
        ModelFolder.Save(folder["model"], SharedTrunkModels.Manifest(SharedTrunkModels.All), [.. networks.Select(StateDictLoader.Extract)], ScalarType.Float32);
        foreach (var network in networks) network.Dispose();
        Compare("shared trunk", folder["model"], stage);
    }

    [Fact]
    public void The_script_is_as_short_as_it_says() => Assert.InRange(File.ReadLines(Script).Count(), 30, 60);

    private static string Script => SourceTree.Path("docs", "python", "load_msf.py");

    private static void Compare(string name, string model, int stage)
    {
        Assert.SkipWhen(_missing.Value is not null, _missing.Value ?? "");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var folder = new TemporaryFolder();
        using var generator = new Generator(7);
        using var network = ModelFolder.ReadStage(model, ModelFolder.ReadManifest(model), stage);
        var config = network.Config;
        Tensor Images() => randn([3, config.Channels, config.InputSize[0], config.InputSize[1]], generator: generator);
        var inputs = new Dictionary<string, Tensor> { ["x"] = Images(), ["t"] = tensor(new[] { 0.03f, 0.5f, 1 }), ["y"] = tensor(new long[] { 0, 2, config.Classes }) };
        if (config.ConditionChannels > 0) (inputs["condition"], inputs["condition_t"]) = (Images(), tensor(new[] { 0.975f, 0.1f, 0.6f }));
        if (config.AugmentationLabels > 0) inputs["augmentation"] = randn([3, config.AugmentationLabels], generator: generator);
        SafetensorsWriter.Write(folder["in.safetensors"], inputs);
        Run(Script, model, $"{stage}", folder["in.safetensors"], folder["out.safetensors"]);
        var actual = SafetensorsFile.ReadAll(folder["out.safetensors"])["out"];
        var expected = network.Forward(
            inputs["x"], inputs["t"], inputs["y"], inputs.GetValueOrDefault("condition"), inputs.GetValueOrDefault("condition_t"), inputs.GetValueOrDefault("augmentation"));
        Assert.InRange(expected.abs().max().item<float>(), 0.1f, 1e3f);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"python {name}, stage {stage}: largest difference {TensorAssert.MaximumDifference(actual, expected):E2}, largest value {expected.abs().max().item<float>():F2}");
        TensorAssert.Close(expected, actual, Tolerance);
    }

    private static void Run(params string[] arguments)
    {
        var (code, error) = Start(arguments);
        Assert.True(code == 0, error);
    }

    private static string? Missing()
    {
        if (!File.Exists(Python)) return $"needs {Python} with torch (Debian: python3-torch)";
        return Start("-c", "import torch").Code == 0 ? null : $"needs torch for {Python} (Debian: python3-torch)";
    }

    private static (int Code, string Error) Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
