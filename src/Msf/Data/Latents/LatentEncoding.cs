using System.Text;
using System.Text.Json;
using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Data;

/// <summary>
/// Makes a latent cache. Shards appear whole or not at all, so that a writer that was killed goes on with the shard it had not finished; several writers may
/// share the work; whoever makes the last shard writes the index.
/// </summary>
public sealed class LatentEncoding
{
    private const int NamedShards = 3;

    private readonly IImageSource _source;
    private readonly string _folder;
    private readonly LatentEncodingOptions _options;
    private readonly IAutoencoder _autoencoder;
    private readonly Device _device;
    private readonly Action<string> _tell;
    private LatentPlan _plan;

    private LatentEncoding(
        IImageSource source, IAutoencoder autoencoder, string autoencoderName, Device device, string folder, LatentEncodingOptions options, Action<string> tell)
    {
        (_source, _autoencoder, _device, _folder, _options, _tell) = (source, autoencoder, device, folder, options, tell);
        _plan = new LatentPlan
        {
            FormatVersion = LatentPlan.CurrentFormat,
            Source = Path.GetFileName(Path.TrimEndingDirectorySeparator(source.Name)) is { Length: > 0 } name ? name : source.Name,
            SourceDigest = LatentPlan.DigestOf(source),
            Images = source.Count,
            ClassNames = [.. source.Classes.Select(known => known.Name)],
            ImageSize = options.ImageSize ?? NaturalSize(source, autoencoder.Config.Factor),
            Flips = options.Flips,
            ShardImages = options.ShardImages,
            AutoencoderName = autoencoderName,
            AutoencoderIdentity = autoencoder.Identity,
            Autoencoder = autoencoder.Config,
        };
        if (_plan.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
    }

    /// <summary>Encodes a set, or goes on encoding it.</summary>
    /// <param name="source">The images.</param>
    /// <param name="autoencoder">Folder of the autoencoder; it is copied into the cache.</param>
    /// <param name="folder">The cache; made where it is missing.</param>
    /// <param name="options">Size, flips, shards, which writer this is.</param>
    /// <param name="device">Where to encode; the CPU when null.</param>
    /// <param name="precision">Type of the convolutions; float32 gives the latents that the autoencoder's makers meant.</param>
    /// <param name="tell">Told what a person should know, one line each.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Interrupts; calling again goes on with the shard that was not finished.</param>
    /// <exception cref="ArgumentException">An option is out of range or does not fit the autoencoder.</exception>
    /// <exception cref="InvalidDataException">The folder holds another cache, the autoencoder is damaged, or no image can be read.</exception>
    /// <exception cref="IOException">The file system refused; finished shards are kept.</exception>
    public static LatentEncodingResult Run(
        IImageSource source, string autoencoder, string folder, LatentEncodingOptions options, Device? device = null, ComputePrecision precision = ComputePrecision.Float32,
        Action<string>? tell = null, IProgress<LatentEncodingProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        if (source.Count == 0) throw new ArgumentException($"{source.Name} has no images: nothing to encode.", nameof(source));
        using var loaded = AutoencoderFolder.Load(autoencoder, device, precision);
        var name = AutoencoderFolder.ReadManifest(autoencoder).Name;
        return new LatentEncoding(source, loaded, name, device ?? CPU, Path.GetFullPath(folder), options, tell ?? (_ => { })).Run(autoencoder, progress, cancellation);
    }

    private LatentEncodingResult Run(string autoencoder, IProgress<LatentEncodingProgress>? progress, CancellationToken cancellation)
    {
        Begin(autoencoder);
        int[] mine = [.. Enumerable.Range(0, _plan.Shards).Where(shard => shard % _options.Writers == _options.Writer - 1 && !IsFinished(shard))];
        var (done, total) = (0, mine.Sum(shard => _plan.Range(shard).End - _plan.Range(shard).First));
        var encoder = new ImageEncoder(_source, _plan, _autoencoder, _device);
        foreach (var shard in mine)
        {
            var writer = new LatentShardWriter(_plan, shard);
            var (first, end) = _plan.Range(shard);
            for (var at = first; at < end; at += _options.BatchSize)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(_options.BatchSize, end - at);
                encoder.Encode(at, count, writer);
                progress?.Report(new LatentEncodingProgress(done += count, total));
            }
            writer.Write(_folder);
        }
        return Finish(total);
    }

    // What a cache is made of is settled once, by the first writer; the others must have come for the same.
    private void Begin(string autoencoder)
    {
        Directory.CreateDirectory(_folder);
        using var gate = LatentGate.Enter(_folder);
        var path = Path.Combine(_folder, LatentCache.PlanName);
        if (File.Exists(path))
        {
            var begun = JsonFormat.Parse<LatentPlan>(File.ReadAllText(path), path);
            if (begun.Validate() is { Count: > 0 } errors) throw new InvalidDataException($"{path}: {string.Join("; ", errors)}");
            RequireSame(begun);
            _plan = begun;                                                                    // its names, too
            return;
        }
        if (Directory.EnumerateFileSystemEntries(_folder).FirstOrDefault(entry => Path.GetFileName(entry) is not (LatentGate.Name or LatentCache.AutoencoderName)) is { } other)
            throw new InvalidDataException($"{_folder} holds {Path.GetFileName(other)} and is no latent cache; give a new or empty folder.");
        AutoencoderFolder.Copy(autoencoder, Path.Combine(_folder, LatentCache.AutoencoderName));
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(_plan, JsonFormat.Indented) + "\n")));
    }

    private void RequireSame(LatentPlan before)
    {
        if (before.Digest() == _plan.Digest()) return;
        (string Name, object Before, object Now)[] members =
        [
            ("the set", $"{before.Source} of {before.Images} images", $"{_plan.Source} of {_plan.Images} images"),
            ("the names and labels of its images", before.SourceDigest[..12], _plan.SourceDigest[..12]),
            ("the autoencoder", $"{before.AutoencoderName} {before.AutoencoderIdentity[..12]}", $"{_plan.AutoencoderName} {_plan.AutoencoderIdentity[..12]}"),
            ("the image size", before.ImageSize, _plan.ImageSize),
            ("mirrored images", before.Flips ? "yes" : "no", _plan.Flips ? "yes" : "no"),
            ("images of a shard", before.ShardImages, _plan.ShardImages),
        ];
        var changed = members.Where(member => !Equals(member.Before, member.Now)).Select(member => $"{member.Name} was {member.Before} and is now {member.Now}").ToArray();
        throw new InvalidDataException(
            $"{_folder} is being made of something else ({(changed.Length > 0 ? string.Join("; ", changed) : "the plan's format differs")}); repeat the command it was begun with, or give another folder.");
    }

    private bool IsFinished(int shard)
    {
        if (!File.Exists(Path.Combine(_folder, _plan.ShardName(shard)))) return false;
        try
        {
            using var opened = LatentShard.Open(_folder, _plan, shard);
            return true;
        }
        catch (InvalidDataException error)
        {
            _tell($"{error.Message.Split("; delete it")[0]}; it is made again.");
            return false;
        }
    }

    private LatentEncodingResult Finish(int encoded)
    {
        int missing;
        using (LatentGate.Enter(_folder)) missing = Enumerable.Range(0, _plan.Shards).Count(shard => !File.Exists(Path.Combine(_folder, _plan.ShardName(shard))));
        if (missing > 0) return new LatentEncodingResult(_plan, null, missing, encoded);
        var index = MakeIndex();                                                              // reads every byte, for longer than others wait at the gate
        using var gate = LatentGate.Enter(_folder);
        AtomicFile.Write(Path.Combine(_folder, LatentCache.IndexName), stream => stream.Write(Encoding.UTF8.GetBytes(index.Seal())));
        AtomicFile.Sweep(_folder);                                                            // what killed writers left
        return new LatentEncodingResult(_plan, index, 0, encoded);
    }

    // The same whoever makes it: several writers may, at the same time.
    private LatentIndex MakeIndex()
    {
        var (entries, broken, incomplete) = (new List<LatentShardEntry>(), new List<BrokenImage>(), new List<string>());
        for (var shard = 0; shard < _plan.Shards; shard++)
        {
            using var opened = LatentShard.Open(_folder, _plan, shard);
            entries.Add(new LatentShardEntry(_plan.ShardName(shard), opened.Count, FileDigest.Sha256(Path.Combine(_folder, _plan.ShardName(shard)))));
            broken.AddRange(opened.Broken);
            if (opened.Broken.Length > 0) incomplete.Add(_plan.ShardName(shard));
        }
        if (broken.Count == _plan.Images)
        {
            foreach (var shard in incomplete) File.Delete(Path.Combine(_folder, shard));      // or the next run would take them for finished
            throw new InvalidDataException($"{_source.Name} has no image that can be encoded ({broken[0].Name}: {broken[0].Why}).");
        }
        if (broken.Count > 0) _tell($"{broken.Count} images could not be encoded and are left out; after repairing them, delete their shards ({Named(incomplete)}) and {LatentCache.IndexName} and run msf encode again, which keeps the others.");
        return new LatentIndex { Plan = _plan, Shards = [.. entries], Broken = [.. broken], Digest = ManifestDigest.Blank };
    }

    private static string Named(List<string> shards) => string.Join(", ", shards.Take(NamedShards)) + (shards.Count > NamedShards ? $" and {shards.Count - NamedShards} more" : "");

    private static int NaturalSize(IImageSource source, int factor)
    {
        for (var i = 0; i < source.Count; i++)
        {
            try
            {
                var image = source.Read(i).Image;
                var size = Math.Min(image.Width, image.Height) / factor * factor;
                return size > 0 ? size : throw new ArgumentException($"{source.NameAt(i)} has {image.Width}x{image.Height} pixels, fewer than the autoencoder's factor {factor}; give an image size.");
            }
            catch (Exception e) when (BrokenImages.IsBroken(e))
            {
            }
        }
        throw new InvalidDataException($"{source.Name} has no image that can be read.");
    }
}
