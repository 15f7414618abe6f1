using System.Text.Json;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Tests.Training;

public sealed class ClassifierRunConfigTests
{
    public static TheoryData<string> AllPresets => new(Presets.Classifiers);

    public static TheoryData<string, string> Wrong => new()
    {
        { "size=1", "size is 1, expected 2" },
        { "name=", "name is empty" },
        { "labelSmoothing=1", "labelSmoothing is 1" },
        { "classifier.classes=1", "classifier: classes is 1" },
        { "classifier.widths=[12]", "widths has 12, expected multiples of groups (8)" },
        { "classifier.widths=[]", "widths has 0 levels" },
        { "classifier.blocks=0", "blocks is 0" },
        { "heldOut.share=0", "heldOut: share is 0" },
        { "heldOut.source=shapes", "leave one of them out" },
        { "heldOut.group=(", "expected a regular expression" },
        { "data.buckets={\"sizes\":[[16,16]]}", "buckets are for diffusion models" },
        { "data.autoencoder=taesd", "a classifier looks at images" },
        { "training.batchSize=0", "training: batchSize is 0" },
        { "training.accumulate=2", "accumulate has no meaning" },
        { "training.stageShares=[1]", "stageShares has no meaning" },
    };

    [Theory]
    [MemberData(nameof(AllPresets))]
    public void Every_preset_parses_is_valid_and_survives_a_round_trip(string name)
    {
        var config = RunConfigReader.ReadClassifier(name, []);
        Assert.Empty(config.Validate());
        var text = JsonSerializer.Serialize(config, JsonFormat.Indented);
        Assert.Equal(text, JsonSerializer.Serialize(JsonFormat.Parse<ClassifierRunConfig>(text, name), JsonFormat.Indented));
    }

    [Fact]
    public void A_preset_is_of_one_kind()
    {
        Assert.Equal(["classifier-cifar10", "classifier-imagenette-64", "classifier-noto-emoji", "classifier-tiny"], Presets.Classifiers);
        Assert.Equal(RunKind.Classifier, RunConfigReader.KindOf("classifier-tiny"));
        Assert.Contains("describes a classifier", Assert.Throws<InvalidDataException>(() => RunConfigReader.Read("classifier-tiny", [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_does_not_fit_is_said(string assignment, string expected) =>
        Assert.Contains(expected, string.Join("; ", RunConfigReader.ReadClassifier("classifier-tiny", [assignment]).Validate()), StringComparison.Ordinal);

    [Fact]
    public void The_cost_is_that_of_the_network()
    {
        foreach (var config in Presets.Classifiers.Select(name => RunConfigReader.ReadClassifier(name, [])))
        {
            using var network = new ImageClassifier(config.Classifier);
            Assert.Equal(network.parameters().Sum(parameter => parameter.numel()), ClassifierCost.Of(config.Classifier, config.Size).Parameters);
        }
        // 16 px: 3 to 16 channels and two of 16; 8 px: 16 to 32 and two of 32; and the head.
        var tiny = RunConfigReader.ReadClassifier("classifier-tiny", []);
        Assert.Equal(256.0 * 9 * (3 * 16 + 2 * 256) + 64 * 9 * (16 * 32 + 2 * 1024) + 32 * 4, ClassifierCost.Of(tiny.Classifier, 16).MultiplyAdds);
    }
}
