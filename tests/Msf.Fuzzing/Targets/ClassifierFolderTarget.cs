using Msf.Checkpoints;
using Msf.Models;

namespace Msf.Fuzzing;

/// <summary>The <c>model.json</c> of a classifier's folder; what passes is loaded with its weights.</summary>
internal sealed class ClassifierFolderTarget : JsonTarget
{
    private string? _folder;

    public override string Name => "classifier model.json";

    public override long Read(byte[] input)
    {
        File.WriteAllBytes(Path.Combine(Saved(), ClassifierFolder.ManifestName), input);
        using var network = ClassifierFolder.Load(Saved()).Network;
        return network.parameters().Sum(parameter => parameter.numel() * parameter.element_size());
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        var text = File.ReadAllText(Path.Combine(Saved(), ClassifierFolder.ManifestName));
        yield return Text(text[..text.LastIndexOf("\"weightsDigest\"", StringComparison.Ordinal)].TrimEnd().TrimEnd(',') + "\n}\n");
    }

    private string Saved()
    {
        if (_folder is not null) return _folder;
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, "classifier");
        using var network = new ImageClassifier(new ClassifierConfig { Classes = 2, Widths = [8, 8], Blocks = 1 });
        var accuracy = new ClassifierAccuracy("nothing", [new("a", 2, 1), new("b", 2, 2)]);
        ClassifierFolder.Save(
            path,
            new ClassifierManifest
            {
                FormatVersion = ClassifierManifest.CurrentFormat,
                Name = "small",
                Size = 8,
                Classifier = network.Config,
                ClassNames = ["a", "b"],
                HeldOut = accuracy,
                HeldOutAccuracy = accuracy.Accuracy,
            },
            network.state_dict(), TorchSharp.torch.ScalarType.Float32);
        return _folder = path;
    }
}
