using Msf.Checkpoints;
using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public sealed class ClassifierFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Folder => _folder["classifier"];

    private string Manifest => Path.Combine(Folder, ClassifierFolder.ManifestName);

    [Fact]
    public void What_was_saved_comes_back_and_says_the_same_of_an_image_whatever_else_is_in_the_batch()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var saved = Save();
        var (manifest, loaded) = ClassifierFolder.Load(Folder);
        using (loaded)
        {
            Assert.Equal(("small", 0.75, 8), (manifest.Name, manifest.HeldOutAccuracy, loaded.Width));
            var images = randn(5, 3, 16, 16);
            Assert.True(TensorAssert.Identical(saved.call(images), loaded.call(images)));
            TensorAssert.Close(loaded.call(images).narrow(0, 3, 1), loaded.call(images.narrow(0, 3, 1)), 1e-5);
            TensorAssert.Close(loaded.Features(images), loaded.Planes(images).mean([2, 3]), 1e-6);
        }
    }

    [Fact]
    public void What_was_changed_is_refused()
    {
        using (Save())
        {
            var bytes = File.ReadAllBytes(Path.Combine(Folder, ClassifierFolder.WeightsName));
            bytes[^3] ^= 1;
            File.WriteAllBytes(Path.Combine(Folder, ClassifierFolder.WeightsName), bytes);
            Refuses<InvalidDataException>("vouches for");
        }
        using (Save())
        {
            File.WriteAllText(Manifest, File.ReadAllText(Manifest).Replace("0.75", "0.95", StringComparison.Ordinal));
            Refuses<InvalidDataException>("is not as it was written");
        }
        using (Save())
        {
            File.WriteAllText(Manifest, File.ReadAllText(Manifest).Replace("\"blocks\": 1", "\"blocks\": 60", StringComparison.Ordinal).Replace("\"digest\"", "\"digest\": null, \"x\"", StringComparison.Ordinal));
            Refuses<InvalidDataException>("model.json");
        }
        File.Delete(Path.Combine(Folder, ClassifierFolder.WeightsName));
        Refuses<DirectoryNotFoundException>("is no classifier");
    }

    [Fact]
    public void More_weights_than_the_file_holds_are_refused_before_memory_is_taken()
    {
        using var saved = Save();
        var text = File.ReadAllText(Manifest).Replace("\"blocks\": 1", "\"blocks\": 60", StringComparison.Ordinal);
        File.WriteAllText(Manifest, text[..text.LastIndexOf("\"weightsDigest\"", StringComparison.Ordinal)].TrimEnd().TrimEnd(',') + "\n}\n");
        Refuses<InvalidDataException>("does not fit the classifier");
    }

    public void Dispose() => _folder.Dispose();

    private ImageClassifier Save()
    {
        var network = new ImageClassifier(new ClassifierConfig { Classes = 2, Widths = [8, 8], Blocks = 1 });
        var accuracy = new ClassifierAccuracy("a test", [new("a", 2, 2), new("b", 2, 1)]);
        var manifest = new ClassifierManifest
        {
            FormatVersion = ClassifierManifest.CurrentFormat,
            Name = "small",
            Size = 16,
            Classifier = network.Config,
            ClassNames = ["a", "b"],
            HeldOut = accuracy,
            HeldOutAccuracy = accuracy.Accuracy,
        };
        ClassifierFolder.Save(Folder, manifest, network.state_dict(), ScalarType.Float32);
        return network;
    }

    private void Refuses<T>(string expected) where T : Exception => Assert.Contains(expected, Assert.Throws<T>(() => ClassifierFolder.Load(Folder)).Message, StringComparison.Ordinal);
}
