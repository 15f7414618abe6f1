using System.Text.Json;
using Msf.Autoencoders;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Tests.Training;

public sealed class AutoencoderRunConfigTests
{
    public static TheoryData<string> AllPresets => new(Presets.Autoencoders);

    public static TheoryData<string, string> Wrong => new()
    {
        { "size=31", "size is 31, expected a multiple of the factor 2" },
        { "name=", "name is empty" },
        { "autoencoder.scale=2", "scale and shift are measured" },
        { "autoencoder.kl.inputChannels=1", "images have 3" },
        { "autoencoder.kl.groups=3", "autoencoder: kl: width 8" },
        { "autoencoder.kl.distribution=false", "set loss.kl to 0" },
        { "autoencoder={\"kind\":\"pixels\"}", "only kl is trained" },
        { "loss.scaleEquivariance={\"factors\":[16]}", "scaleEquivariance.factors has 16" },
        { "loss.discriminator={\"layers\":3}", "needs images of 24 pixels" },
        { "loss.l1=-1", "loss: l1 is -1" },
        { "data.loaderThreads=-1", "data: loaderThreads is -1" },
        { "data.autoencoder=ae", "an autoencoder is trained on images" },
        { "data.augmentation={\"nonLeaky\":{}}", "takes no such labels" },
        { "training.batchSize=0", "training: batchSize is 0" },
        { "training.accumulate=2", "accumulate has no meaning" },
        { "training.recomputeBlocks=true", "recomputeBlocks has no meaning" },
        { "training.stageShares=[1]", "stageShares has no meaning" },
    };

    [Theory]
    [MemberData(nameof(AllPresets))]
    public void Every_preset_parses_is_valid_and_survives_a_round_trip(string name)
    {
        var config = RunConfigReader.ReadAutoencoder(name, []);
        Assert.Empty(config.Validate());
        var text = JsonSerializer.Serialize(config, JsonFormat.Indented);
        Assert.Equal(text, JsonSerializer.Serialize(JsonFormat.Parse<AutoencoderRunConfig>(text, name), JsonFormat.Indented));
    }

    [Fact]
    public void A_preset_is_of_one_kind()
    {
        Assert.Contains("autoencoder-tiny", Presets.Autoencoders);
        Assert.Contains("tiny", Presets.Models);
        Assert.Equal(Presets.Names, Presets.Autoencoders.Concat(Presets.Classifiers).Concat(Presets.Models).Order(StringComparer.Ordinal));
        Assert.Contains("describes an autoencoder", Assert.Throws<InvalidDataException>(() => RunConfigReader.Read("autoencoder-tiny", [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_does_not_fit_is_said(string assignment, string expected) =>
        Assert.Contains(expected, string.Join("; ", RunConfigReader.ReadAutoencoder("autoencoder-tiny", [assignment]).Validate()), StringComparison.Ordinal);

    [Fact]
    public void The_cost_is_that_of_the_convolutions()
    {
        var config = RunConfigReader.ReadAutoencoder("autoencoder-tiny", []);
        var cost = AutoencoderCost.Of(config);
        using var network = new KlAutoencoder(config.Autoencoder);
        Assert.Equal(network.parameters().Sum(parameter => parameter.numel()), cost.Parameters);
        Assert.Equal(8, cost.LatentSide);
        // 16 px: one block of 8 channels down and two up, and what goes in and out; 8 px: 8 to 16 channels and the two middles.
        double full = 256 * 9 * (3 * 8 + 2 * 64 + 16 * 16 + (16 * 8 + 3 * 64) + 8 * 3);
        double half = 64 * 9 * (64 + 8 * 16 + 256 + 4 * 256 + 16 * 8 + 4 * 16 + 4 * 256 + 4 * 256);
        Assert.Equal(full + half, cost.MultiplyAdds);
    }
}
