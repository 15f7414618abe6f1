using Msf.Checkpoints;

namespace Msf.Fuzzing;

/// <summary>The <c>autoencoder.json</c> of an autoencoder's folder; what passes is loaded with its weights.</summary>
internal sealed class AutoencoderFolderTarget : JsonTarget
{
    private string? _folder;

    public override string Name => "autoencoder.json";

    // A network of the largest size that a configuration may have is described, without its weights, to be compared with the file.
    public override long Allowance(long length) => (64 << 20) + 2048 * length;

    public override long Read(byte[] input)
    {
        File.WriteAllBytes(Path.Combine(Saved(), AutoencoderFolder.ManifestName), input);
        using var autoencoder = AutoencoderFolder.Load(Saved());
        return autoencoder.Network?.parameters().Sum(parameter => parameter.numel() * parameter.element_size()) ?? 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        var text = File.ReadAllText(Path.Combine(Saved(), AutoencoderFolder.ManifestName));
        yield return Text(text[..text.LastIndexOf("\"weightsDigest\"", StringComparison.Ordinal)].TrimEnd().TrimEnd(',') + "\n}\n");
        yield return """{"formatVersion": 1, "name": "p", "autoencoder": {"kind": "pixels", "pixelChannels": 3, "scale": 2, "shift": 0.5}}"""u8.ToArray();
        yield return """{"formatVersion": 1, "name": "t", "autoencoder": {"kind": "tiny", "tiny": {"latentChannels": 4}}}"""u8.ToArray();
    }

    private string Saved()
    {
        if (_folder is not null) return _folder;
        Directory.CreateDirectory(Folder);
        return _folder = SmallAutoencoder.Save(Path.Combine(Folder, "autoencoder"));
    }
}
