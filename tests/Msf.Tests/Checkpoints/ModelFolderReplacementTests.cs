using System.Diagnostics;
using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public class ModelFolderReplacementTests
{
    [Fact]
    public async Task A_reader_sees_one_version_whole_while_the_folder_is_replaced_again_and_again()
    {
        const int Versions = 12;
        using var folder = new TemporaryFolder();
        Save(folder["model"], 1);
        var clock = Stopwatch.StartNew();
        Assert.Equal(1, Load(folder["model"]));
        var pause = 2 * clock.Elapsed;                                                        // a run replaces its model far less often than a load takes
        var writer = Task.Run(
            () =>
            {
                for (var version = 2; version <= Versions; version++)
                {
                    Thread.Sleep(pause / version);                                            // at first seldom, then in the middle of loads
                    Save(folder["model"], version);
                }
            },
            TestContext.Current.CancellationToken);
        var seen = new List<int>();
        while (!writer.IsCompleted || seen.Count == 0) seen.Add(Load(folder["model"]));
        await writer;
        seen.Add(Load(folder["model"]));
        Assert.Equal(Versions, seen[^1]);
        Assert.Equal(seen.Order(), seen);                                                     // never an older one after a newer
    }

    [Fact]
    public void Stages_of_two_versions_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        Save(folder["old"], 1);
        Save(folder["new"], 2);
        File.Copy(folder["new/stage1.safetensors"], folder["old/stage1.safetensors"], overwrite: true);
        Assert.Contains("stage1", Assert.Throws<InvalidDataException>(() => Load(folder["old"])).Message);
    }

    private static void Save(string path, int version)
    {
        using var scope = NewDisposeScope();
        var manifest = SmallModels.Manifest with { Model = SmallModels.Manifest.Model with { Name = $"{version}" } };
        ModelFolder.Save(path, manifest, SmallModels.Constant(version), ScalarType.Float16);
    }

    /// <summary>The version that manifest and every weight of every stage agree on.</summary>
    private static int Load(string path)
    {
        using var scope = NewDisposeScope();
        var (manifest, networks) = ModelFolder.Read(path);
        var version = int.Parse(manifest.Model.Name, System.Globalization.CultureInfo.InvariantCulture);
        foreach (var network in networks)
        {
            Assert.All(network.state_dict().Values, weights => Assert.True(weights.eq(version).all().item<bool>(), $"manifest {version}, weights {weights.max().item<float>()}"));
            network.Dispose();
        }
        return version;
    }
}
