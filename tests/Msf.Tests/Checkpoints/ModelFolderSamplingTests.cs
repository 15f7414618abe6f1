using Msf.Checkpoints;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public sealed class ModelFolderSamplingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelFolderSamplingTests()
    {
        using var scope = NewDisposeScope();
        ModelFolder.Save(_folder["model"], SmallModels.Manifest, SmallModels.Weights(), ScalarType.Float16);
    }

    private string Manifest => _folder["model/model.json"];

    private static SamplingConfig Other => new()
    {
        Stages = [new StageSamplingConfig { Steps = 7, Solver = SolverKind.Heun, Guidance = new GuidanceConfig { Scale = 1.5, From = 0.1 } }, new StageSamplingConfig { Steps = 3, TimeShift = 2 }],
        ConditionTime = 0.9,
    };

    [Fact]
    public void Only_the_settings_change_and_the_manifest_vouches_for_itself_again()
    {
        var (before, files) = (File.ReadAllLines(Manifest), Directory.GetFiles(_folder["model"]).Order().ToArray());
        ModelFolder.WriteSampling(_folder["model"], Other);
        var after = ModelFolder.ReadManifest(_folder["model"]);
        Assert.Equivalent(Other, after.Sampling);
        Assert.NotNull(after.Digest);
        ModelFolder.WriteSampling(_folder["model"], SmallModels.Manifest.Sampling);
        Assert.Equal(before, File.ReadAllLines(Manifest));                                    // nothing else was touched
        Assert.Equal(files, Directory.GetFiles(_folder["model"]).Order());
        var (manifest, networks) = ModelFolder.Read(_folder["model"]);
        foreach (var network in networks) network.Dispose();
        Assert.NotNull(manifest.StageDigests);
    }

    [Fact]
    public void A_manifest_that_vouched_for_nothing_does_not_begin_to()
    {
        var lines = File.ReadAllLines(Manifest).Where(line => !line.Contains("\"digest\"", StringComparison.Ordinal)).ToArray();
        lines[^2] = lines[^2].TrimEnd(',');
        File.WriteAllLines(Manifest, lines);
        ModelFolder.WriteSampling(_folder["model"], Other);
        Assert.Null(ModelFolder.ReadManifest(_folder["model"]).Digest);
    }

    [Fact]
    public void Settings_that_do_not_fit_leave_everything_as_it_was()
    {
        var before = File.ReadAllText(Manifest);
        Assert.Throws<ArgumentException>(() => ModelFolder.WriteSampling(_folder["model"], Other with { Stages = Other.Stages[..1] }));
        Assert.Throws<DirectoryNotFoundException>(() => ModelFolder.WriteSampling(_folder["nothing"], Other));
        Assert.Equal(before, File.ReadAllText(Manifest));
        File.WriteAllText(Manifest, before.Replace("\"steps\": 2", "\"steps\": 5", StringComparison.Ordinal));
        Assert.Throws<InvalidDataException>(() => ModelFolder.WriteSampling(_folder["model"], Other));
    }

    [Fact]
    public void Settings_without_the_windows_of_a_distilled_model_leave_everything_as_it_was()
    {
        var sampling = new SamplingConfig { Stages = [new StageSamplingConfig { Steps = 2, Windows = 2 }, new StageSamplingConfig { Steps = 1 }] };
        var distillation = new ModelDistillation { Teacher = "teacher", TeacherIdentity = new string('a', 64), Windows = [2, 0], Guidance = [new(), new()] };
        using (NewDisposeScope())
            ModelFolder.Save(_folder["model"], SmallModels.Manifest with { Sampling = sampling, Distillation = distillation }, SmallModels.Weights(), ScalarType.Float16);
        var before = File.ReadAllText(Manifest);
        Assert.Contains("windows are [2, 0]", Assert.Throws<ArgumentException>(() => ModelFolder.WriteSampling(_folder["model"], Other)).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Manifest));
        ModelFolder.WriteSampling(_folder["model"], sampling with { ConditionTime = 0.9 });
        Assert.Equal(0.9, ModelFolder.ReadManifest(_folder["model"]).Sampling.ConditionTime);
    }

    public void Dispose() => _folder.Dispose();
}
