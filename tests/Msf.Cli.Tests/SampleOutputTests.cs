using Msf.Checkpoints;
using Msf.Data;
using Msf.Sampling;

namespace Msf.Cli.Tests;

public sealed class SampleOutputTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-output-");

    [Fact]
    public void Names_of_classes_are_names_of_files_whatever_they_hold()
    {
        var manifest = ModelFolder.ReadManifest(BundledModels.Find(BundledModels.Default));
        manifest = manifest with { ClassNames = ["T-shirt/top", "/../../x", "a:b\\c\n"] };
        var request = new SamplingRequest { Labels = [0, 1, 2], ImageIndices = [0, 1, 2], Seed = 0, Sampling = manifest.Sampling };
        var output = SampleOutput.Create(Path.Combine(_folder.FullName, "out", "images"), 3);
        output.Add(0, [.. request.Labels.Select(_ => new RgbImage(new byte[3 * 4 * 4], 4, 4))], request, manifest, new Dictionary<string, string>());
        Assert.Equal(
            ["000000_T-shirt_top.png", "000001__.._.._x.png", "000002_a_b_c_.png"],
            Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Path.Combine(_folder.FullName, "out", "images"), path)).Order(StringComparer.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
