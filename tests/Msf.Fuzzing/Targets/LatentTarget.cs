using System.Text;
using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Fuzzing;

/// <summary>The index of a latent cache, sealed again after the damage, and its shard; what opens is read.</summary>
internal sealed class LatentTarget : FileTarget
{
    private const string ShardName = "latents-00000-of-00001.safetensors";
    private const string DigestMember = "\"digest\": \"";

    private string? _cache;
    private byte[] _index = [], _shard = [];

    public override string Name => "latents";

    // Header, labels and names are held; a latent passes through a buffer of the size that the plan gives it.
    public override long Allowance(long length) => (2 << 20) + 1024 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "[0]", "[8]", "null", "-1", "2147483647", "\"F16\"", "\"I64\"", "\"latents\"", "\"name_ends\"", "\"plan\"", "\"a\\nb\"", "\"kl\"", "\"pixels\"", "[]", "{}" }.Select(Encoding.UTF8.GetBytes)];

    public override byte[] Mutate(FuzzRandom random)
    {
        if (random.Once(3)) return base.Mutate(random);
        if (random.Once(2)) return SafetensorsTarget.ChangeHeader(random, Corpus[1], Words);
        var text = Encoding.UTF8.GetString(Mutator.Change(random, Corpus[0], Corpus, Words));
        return Encoding.UTF8.GetBytes(ManifestDigest.Seal(text));
    }

    public override long Read(byte[] input)
    {
        var isIndex = input.Length > 0 && input[0] == (byte)'{';
        var cache = Cache();
        File.WriteAllBytes(Path.Combine(cache, LatentCache.IndexName), isIndex ? input : _index);
        File.WriteAllBytes(Path.Combine(cache, ShardName), isIndex ? _shard : input);
        using var latents = LatentCache.Open(cache);
        var values = new float[latents.Index.Plan.Planes * latents.Index.Plan.Side * latents.Index.Plan.Side];
        for (var i = 0; i < latents.Count; i++)
        {
            if (FuzzOutcome.FaultOf($"{i} {latents.NameAt(i)}") is { } fault) throw new InvalidOperationException(fault);
            latents.DigestAt(i);
            latents.Read(i, flipped: false, values);
        }
        return 0;
    }

    // The index with zeros for a digest: sealed, it is good.
    protected override IEnumerable<byte[]> MakeCorpus()
    {
        Cache();
        var text = Encoding.UTF8.GetString(_index);
        var at = text.LastIndexOf(DigestMember, StringComparison.Ordinal) + DigestMember.Length;
        yield return Encoding.UTF8.GetBytes($"{text[..at]}{ManifestDigest.Blank}{text[(at + ManifestDigest.Blank.Length)..]}");
        yield return _shard;
        yield return _index;
    }

    private string Cache()
    {
        if (_cache is not null) return _cache;
        Directory.CreateDirectory(Folder);
        var cache = Path.Combine(Folder, "cache");
        using var source = new SyntheticImageSource(8, 4);
        LatentEncoding.Run(source, SmallAutoencoder.Save(Path.Combine(Folder, "autoencoder")), cache, new LatentEncodingOptions());
        (_index, _shard) = (File.ReadAllBytes(Path.Combine(cache, LatentCache.IndexName)), File.ReadAllBytes(Path.Combine(cache, ShardName)));
        return _cache = cache;
    }
}
