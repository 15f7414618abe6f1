using Msf.Checkpoints;

namespace Msf.Data;

/// <summary>
/// A set of latents that <c>msf encode</c> wrote: <c>plan.json</c>, shards of safetensors, <c>autoencoder/</c> with what decodes them, and <c>index.json</c>,
/// which makes it complete. Files are mapped into memory, any latent can be read at once, and each is checked when it is read. May be used from several threads.
/// </summary>
public sealed class LatentCache : ILabeledSet
{
    /// <summary>Name of the index.</summary>
    public const string IndexName = "index.json";

    /// <summary>Name of the plan.</summary>
    public const string PlanName = "plan.json";

    /// <summary>Name of the folder of the autoencoder.</summary>
    public const string AutoencoderName = "autoencoder";

    private readonly LatentShard[] _shards;
    private readonly (int Shard, int Row, int Label)[] _places;

    private LatentCache(string name, string folder, LatentIndex index, LatentShard[] shards, IReadOnlyList<string>? classes)
    {
        (Name, Folder, Index, _shards) = (name, folder, index, shards);
        var labels = Labels(index.Plan.ClassNames, classes, name);
        _places = [.. shards.SelectMany((shard, s) => Enumerable.Range(0, shard.Count).Select(row => (s, row, Label: labels[shard.LabelAt(row)]))).Where(place => place.Label >= 0)];
        var counts = _places.CountBy(place => place.Label).ToDictionary();
        Classes = [.. (classes ?? index.Plan.ClassNames).Select((known, label) => new ImageClass(known, counts.GetValueOrDefault(label)))];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    /// <summary>What it holds.</summary>
    public LatentIndex Index { get; }

    /// <summary>Folder of the autoencoder that made the latents and decodes them.</summary>
    public string Autoencoder => Path.Combine(Folder, AutoencoderName);

    /// <inheritdoc/>
    public int Count => _places.Length;

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <summary>Whether a folder is a latent cache, complete or not.</summary>
    public static bool IsCache(string folder) => File.Exists(Path.Combine(folder, IndexName)) || File.Exists(Path.Combine(folder, PlanName));

    /// <summary>Opens a complete cache.</summary>
    /// <param name="folder">The cache.</param>
    /// <param name="classes">Names of the classes to keep, in the order of their labels; by default all.</param>
    /// <param name="name">Name shown to people; that of the folder when null.</param>
    /// <exception cref="ArgumentException">A named class does not exist.</exception>
    /// <exception cref="InvalidDataException">The cache is not finished, or a file is damaged or of another cache.</exception>
    public static LatentCache Open(string folder, IReadOnlyList<string>? classes = null, string? name = null)
    {
        var path = Path.Combine(folder, IndexName);
        if (!File.Exists(path))
            throw new InvalidDataException(
                IsCache(folder) ? $"{folder} is a latent cache that is not finished; run the same msf encode again, which goes on." : $"{folder} is no latent cache: it has no {IndexName}; make one with msf encode.");
        var index = LatentIndex.Parse(File.ReadAllText(path), path);
        var shards = new List<LatentShard>();
        try
        {
            for (var shard = 0; shard < index.Shards.Length; shard++)
            {
                shards.Add(LatentShard.Open(folder, index.Plan, shard));
                if (shards[shard].Count != index.Shards[shard].Images)
                    throw new InvalidDataException($"{Path.Combine(folder, index.Shards[shard].File)} has {shards[shard].Count} images, {IndexName} lists {index.Shards[shard].Images}; delete both and run msf encode again.");
            }
            return new LatentCache(name ?? folder, folder, index, [.. shards], classes);
        }
        catch (FileNotFoundException error)
        {
            Dispose(shards);
            throw new InvalidDataException($"{error.Message} Delete {path} and run the same msf encode again, which makes what is missing.", error);
        }
        catch
        {
            Dispose(shards);
            throw;
        }
    }

    /// <summary>Requires an autoencoder to be the one that made the latents.</summary>
    /// <param name="identity">Its identity.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <exception cref="InvalidDataException">It is another.</exception>
    public void RequireIdentity(string identity, string what)
    {
        if (identity != Index.Plan.AutoencoderIdentity)
            throw new InvalidDataException(
                $"{Name} was made with another autoencoder ({Index.Plan.AutoencoderName}, {Index.Plan.AutoencoderIdentity[..12]}) than {what} ({identity[..12]}): its latents mean other images. Take that one, or encode the images anew.");
    }

    /// <inheritdoc/>
    public int LabelAt(int index) => At(index).Label;

    /// <inheritdoc/>
    public string NameAt(int index) => _shards[At(index).Shard].NameAt(At(index).Row);

    /// <summary>SHA-256 of the pixels that were encoded, uint8 (3, size, size).</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public byte[] DigestAt(int index) => _shards[At(index).Shard].DigestAt(At(index).Row);

    /// <summary>Reads a latent as the encoder gave it, without scale and shift.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <param name="flipped">The mirrored image's; only where the plan has them.</param>
    /// <param name="into">Receives (planes, side, side): the latent, or means and then standard deviations.</param>
    /// <exception cref="InvalidDataException">The latent is damaged.</exception>
    public void Read(int index, bool flipped, Span<float> into)
    {
        if (flipped && !Index.Plan.Flips) throw new ArgumentException($"{Name} has no mirrored latents.", nameof(flipped));
        _shards[At(index).Shard].Read(At(index).Row, flipped ? 1 : 0, into);
    }

    /// <summary>Compares every shard with the digest in the index.</summary>
    /// <param name="cancellation">Looked at after every shard.</param>
    /// <returns>The shards that are not as they were written, one line each.</returns>
    public IEnumerable<BrokenImage> Verify(CancellationToken cancellation)
    {
        foreach (var shard in Index.Shards)
        {
            cancellation.ThrowIfCancellationRequested();
            if (FileDigest.Sha256(Path.Combine(Folder, shard.File)) != shard.Digest)
                yield return new BrokenImage(shard.File, $"is damaged or was exchanged; delete it and {IndexName} and run the same msf encode again, which keeps the others.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Dispose(_shards);

    private static void Dispose(IEnumerable<LatentShard> shards)
    {
        foreach (var shard in shards) shard.Dispose();
    }

    private (int Shard, int Row, int Label) At(int index) =>
        index >= 0 && index < _places.Length ? _places[index] : throw new ArgumentOutOfRangeException(nameof(index), index, $"{Name} has {_places.Length} examples.");

    // The new label of every old one; -1 for what is left out.
    private static int[] Labels(string[] known, IReadOnlyList<string>? kept, string name)
    {
        if (kept is null) return [.. Enumerable.Range(0, known.Length)];
        foreach (var wanted in kept)
            if (!known.Contains(wanted, StringComparer.Ordinal)) throw new ArgumentException($"{name} has no class {OneLine.Quote(wanted)}; it has {string.Join(", ", known)}.");
        return [.. known.Select(label => kept.ToList().IndexOf(label))];
    }
}
