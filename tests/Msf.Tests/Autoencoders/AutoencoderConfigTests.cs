using System.Text.Json;
using Msf.Autoencoders;
using Msf.Runtime;

namespace Msf.Tests.Autoencoders;

public sealed class AutoencoderConfigTests
{
    [Theory]
    [InlineData("""{ "kind": "kl" }""", "kl is missing")]
    [InlineData("""{ "kind": "pixels", "tiny": {} }""", "tiny is given")]
    [InlineData("""{ "kind": "tiny", "tiny": { "latentChannels": 0 } }""", "latentChannels is 0")]
    [InlineData("""{ "kind": "tiny", "tiny": { "width": 0 } }""", "width is 0")]
    [InlineData("""{ "kind": "pixels", "pixelChannels": 0 }""", "pixelChannels is 0")]
    [InlineData("""{ "kind": "pixels", "scale": 0 }""", "scale is 0")]
    [InlineData("""{ "kind": "kl", "kl": { "width": 24 } }""", "not divisible by 32 groups")]
    [InlineData("""{ "kind": "kl", "kl": { "multipliers": [] } }""", "multipliers is []")]
    [InlineData("""{ "kind": "kl", "kl": { "blocks": 0 } }""", "blocks is 0")]
    [InlineData("""{ "kind": "kl", "kl": { "epsilon": 0 } }""", "epsilon is 0")]
    [InlineData("""{ "kind": "kl", "kl": { "latentChannels": 5, "quantConvolutions": false } }""", "without quantConvolutions")]
    public void What_cannot_be_built_is_told(string json, string error) =>
        Assert.Contains(JsonFormat.Parse<AutoencoderConfig>(json, "test").Validate(), line => line.Contains(error, StringComparison.Ordinal));

    [Theory]
    [InlineData(AutoencoderKind.Pixels)]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Tiny)]
    public void A_configuration_survives_json(AutoencoderKind kind)
    {
        var config = SmallAutoencoders.Of(kind);
        Assert.Empty(config.Validate());
        var json = JsonSerializer.Serialize(config, JsonFormat.Line);
        Assert.Equal(json, JsonSerializer.Serialize(JsonFormat.Parse<AutoencoderConfig>(json, "test"), JsonFormat.Line));
    }

    [Fact]
    public void Another_kind_is_refused() => Assert.Throws<ArgumentException>(() => new KlAutoencoder(SmallAutoencoders.Tiny));
}
