using System.Text.Json;
using System.Text.Json.Nodes;
using Msf.Checkpoints;
using Msf.Factorization;
using Msf.Runtime;

namespace Msf.Tests.Checkpoints;

public class ModelManifestTests
{
    private static readonly string _text = JsonSerializer.Serialize(SmallModels.Manifest, JsonFormat.Indented);

    [Fact]
    public void What_is_written_is_read() =>
        Assert.Equal(_text, JsonSerializer.Serialize(ModelManifest.Parse(_text, "model.json"), JsonFormat.Indented));

    [Fact]
    public void A_manifest_without_the_digests_of_its_stages_is_read()
    {
        var json = JsonNode.Parse(_text)!.AsObject();
        json.Remove("stageDigests");
        Assert.Null(ModelManifest.Parse(json.ToJsonString(), "model.json").StageDigests);
    }

    [Theory]
    [InlineData("ant", 0)]
    [InlineData("BEE", 1)]
    [InlineData("1", 1)]
    [InlineData("2", 2)]
    public void A_class_is_found_by_name_or_number(string text, int index) => Assert.Equal(index, SmallModels.Manifest.ClassIndex(text));

    [Theory]
    [InlineData("cow")]
    [InlineData("3")]
    [InlineData("-1")]
    [InlineData("")]
    public void A_class_that_does_not_exist_is_told_with_those_that_do(string text) =>
        Assert.EndsWith("0 ant, 1 bee, 2 2.", Assert.Throws<ArgumentException>(() => SmallModels.Manifest.ClassIndex(text)).Message);

    [Theory]
    [InlineData("formatVersion", "2", "formatVersion is 2, this program reads 1")]
    [InlineData("formatVersion", "1.5", "formatVersion is 1.5, this program reads 1")]
    [InlineData("formatVersion", "\"1\"", "formatVersion")]
    [InlineData("formatVersion", null, "formatVersion")]
    [InlineData("surprise", "1", "surprise")]
    [InlineData("stages", "[\"../../secret.safetensors\"]", "stages")]
    [InlineData("classNames", "[\"ant\"]", "1 class names for 3 classes")]
    [InlineData("classNames", "[\"ant\", null, \"2\"]", "classNames")]
    [InlineData("classNames", null, "classNames")]
    [InlineData("stageDigests", "[\"00\"]", "1 stage digests for 2 stages")]
    [InlineData("autoencoderIdentity", "\"abc\"", "autoencoderIdentity is \"abc\", expected 64 hexadecimal digits")]
    [InlineData("statistics", "{\"components\": [], \"conditions\": []}", "0 components")]
    [InlineData("statistics", "null", "statistics")]
    [InlineData("sampling", "{\"stages\": []}", "0 stage budgets")]
    [InlineData("model", "{\"name\": \"x\", \"size\": [8], \"classes\": 3, \"stages\": []}", "size is [8]")]
    [InlineData("model", "[]", "model")]
    public void A_broken_member_is_told_in_one_line(string member, string? value, string because)
    {
        var json = JsonNode.Parse(_text)!.AsObject();
        if (value is null) json.Remove(member);
        else json[member] = JsonNode.Parse(value);
        Refuses(json.ToJsonString(), because);
    }

    [Theory]
    [InlineData("", "(line 1)")]
    [InlineData("{", "(line 1)")]
    [InlineData("null", "null")]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "formatVersion")]
    public void Text_that_is_no_manifest_is_told_in_one_line(string text, string because) => Refuses(text, because);

    [Fact]
    public void A_later_format_is_named_before_its_members_are_found_strange() =>
        Refuses("""{ "formatVersion": 7, "novelty": true }""", "formatVersion is 7");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_standard_deviation_that_is_not_positive_is_refused(double deviation)
    {
        var wrong = new ChannelStatistics { Mean = [0, 0, 0], StandardDeviation = [1, deviation, 1] };
        var manifest = SmallModels.Manifest with { Statistics = ComponentStatistics.Identity(2, 3) with { Conditions = [wrong] } };
        Assert.Contains("standard deviation", Assert.Single(manifest.Validate()));
    }

    private static void Refuses(string text, string because)
    {
        var error = Assert.Throws<InvalidDataException>(() => ModelManifest.Parse(text, "model.json"));
        TestContext.Current.TestOutputHelper?.WriteLine(error.Message);
        Assert.StartsWith("model.json: ", error.Message);
        Assert.Contains(because, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
