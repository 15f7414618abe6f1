using System.Text.Json.Nodes;
using Msf.Data;
using Msf.Tests.Autoencoders;

namespace Msf.Tests.Data;

/// <summary>What goes wrong while a cache is made, and what becomes of it.</summary>
public sealed class LatentEncodingFaultsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _autoencoder;

    public LatentEncodingFaultsTests() => _autoencoder = LatentCaches.Autoencoder(_folder["autoencoder"], SmallAutoencoders.Tiny);

    [Fact]
    public void Images_that_were_all_broken_are_tried_again()
    {
        static LatentEncodingOptions Size(LatentEncodingOptions options) => options with { ImageSize = 16 };
        Assert.Throws<InvalidDataException>(() => LatentCaches.Encode(_autoencoder, _folder["cache"], ScriptedSource.WithBroken(5, 0, 1, 2, 3, 4), Size));
        Assert.Equal(5, LatentCaches.Encode(_autoencoder, _folder["cache"], new ScriptedSource(5), Size).Encoded);
    }

    [Theory]
    [InlineData("sourceDigest")]
    [InlineData("autoencoderIdentity")]
    public void A_damaged_plan_is_refused_in_one_line(string member)
    {
        LatentCaches.Encode(_autoencoder, _folder["cache"]);
        var plan = JsonNode.Parse(File.ReadAllText(_folder["cache/plan.json"]))!;
        plan[member] = "abc";
        File.WriteAllText(_folder["cache/plan.json"], plan.ToJsonString());
        var error = Assert.Throws<InvalidDataException>(() => LatentCaches.Encode(_autoencoder, _folder["cache"]));
        Assert.Equal($"{_folder["cache/plan.json"]}: {member} is \"abc\", expected 64 hexadecimal digits", error.Message);
    }

    [Fact]
    public void Other_writers_are_let_in_while_one_reads_all_shards()
    {
        var told = 0;
        LatentCaches.Encode(_autoencoder, _folder["cache"], ScriptedSource.WithBroken(32, 3), tell: _ =>
        {
            using var gate = new FileStream(_folder["cache/.gate"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            told++;
        });
        Assert.Equal(1, told);
    }

    public void Dispose() => _folder.Dispose();
}
