using System.Text.RegularExpressions;
using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public sealed class AutoencoderFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Folder => _folder["autoencoder"];

    private string Manifest => Path.Combine(Folder, AutoencoderFolder.ManifestName);

    private string Weights => Path.Combine(Folder, AutoencoderFolder.WeightsName);

    [Theory]
    [InlineData(AutoencoderKind.Pixels)]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Tiny)]
    public void What_was_saved_comes_back(AutoencoderKind kind)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var saved = SmallAutoencoders.Create(SmallAutoencoders.Of(kind));
        AutoencoderFolder.Save(Folder, saved, "small", "a test");
        Assert.Equal(("small", "a test"), (AutoencoderFolder.ReadManifest(Folder).Name, AutoencoderFolder.ReadManifest(Folder).Source));
        AutoencoderFolder.Copy(Folder, _folder["copy"]);
        using var loaded = AutoencoderFolder.Load(_folder["copy"]);
        Assert.Equal(saved.Identity, loaded.Identity);
        Assert.False(loaded.Network?.training ?? false);
        var images = SmallAutoencoders.Images(1, 16, 16);
        Assert.True(TensorAssert.Identical(saved.Encode(images).Mean, loaded.Encode(images).Mean));
    }

    [Fact]
    public void Half_wide_weights_compute_in_float32()
    {
        using var scope = NewDisposeScope();
        using var saved = Save(ScalarType.BFloat16);
        using var file = SafetensorsFile.Open(Weights);
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(ScalarType.BFloat16, tensor.DType));
        using var loaded = AutoencoderFolder.Load(Folder);
        Assert.All(loaded.Network!.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        using var half = AutoencoderFolder.Load(Folder, precision: ComputePrecision.BFloat16);
        Assert.All(half.Network!.parameters(), parameter => Assert.Equal(ScalarType.BFloat16, parameter.dtype));
        Assert.Equal(loaded.Identity, half.Identity);
    }

    [Fact]
    public void A_flipped_weight_and_a_changed_digit_are_noticed()
    {
        using var saved = Save();
        var bytes = File.ReadAllBytes(Weights);
        bytes[^5] ^= 1;
        File.WriteAllBytes(Weights, bytes);
        Assert.Contains("vouches for", Refused());
        Assert.Contains("vouches for", Assert.Throws<InvalidDataException>(() => AutoencoderFolder.Copy(Folder, _folder["copy"])).Message);
        bytes[^5] ^= 1;
        File.WriteAllBytes(Weights, bytes);
        File.WriteAllText(Manifest, File.ReadAllText(Manifest).Replace("\"scale\": 0.5", "\"scale\": 0.6", StringComparison.Ordinal));
        Assert.Contains("not as it was written", Refused());
    }

    [Fact]
    public void Weights_of_another_architecture_are_refused()
    {
        using var saved = Save();
        var text = File.ReadAllText(Manifest);
        WriteUnsealed(text.Replace("\"blocks\": 1", "\"blocks\": 2", StringComparison.Ordinal));
        Assert.Contains("does not fit", Refused());
        WriteUnsealed(Regex.Replace(text, "\"attentionResolutions\": \\[[^]]*\\]", "\"attentionResolutions\": []"));
        Assert.Contains("unexpected", Refused());
    }

    [Theory]
    [InlineData("", "autoencoder.json")]
    [InlineData("{", "autoencoder.json")]
    [InlineData("""{ "formatVersion": 2, "name": "x", "autoencoder": { "kind": "pixels" } }""", "formatVersion is 2")]
    [InlineData("""{ "formatVersion": 1, "name": "x", "autoencoder": { "kind": "kl" } }""", "kl is missing")]
    [InlineData("""{ "formatVersion": 1, "name": "x", "autoencoder": { "kind": "kl", "kl": { "width": 1000000000, "groups": 1 } } }""", "width is 1000000000")]
    [InlineData("""{ "formatVersion": 1, "name": "x", "autoencoder": { "kind": "kl", "kl": { "width": 65536, "groups": 1 } } }""", "does not fit")]
    public void A_broken_manifest_is_refused_in_one_line(string json, string error)
    {
        using var saved = Save();
        File.WriteAllText(Manifest, json);
        Assert.Contains(error, Refused());
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        Assert.Contains("no autoencoder", Assert.Throws<DirectoryNotFoundException>(() => AutoencoderFolder.Load(Folder)).Message);
        using var saved = Save();
        File.Delete(Weights);
        Assert.Contains(AutoencoderFolder.WeightsName, Assert.Throws<FileNotFoundException>(() => AutoencoderFolder.Load(Folder)).Message);
    }

    public void Dispose() => _folder.Dispose();

    private IAutoencoder Save(ScalarType? type = null)
    {
        var autoencoder = SmallAutoencoders.Create(SmallAutoencoders.Kl);
        AutoencoderFolder.Save(Folder, autoencoder, "small", weightType: type);
        return autoencoder;
    }

    private void WriteUnsealed(string text)
    {
        var lines = text.Split('\n').Where(line => !line.Contains("igest\"", StringComparison.Ordinal));
        File.WriteAllText(Manifest, string.Join('\n', lines));
    }

    private string Refused()
    {
        var message = Assert.Throws<InvalidDataException>(() => AutoencoderFolder.Load(Folder)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
