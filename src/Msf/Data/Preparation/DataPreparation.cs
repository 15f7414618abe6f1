using System.Globalization;
using System.Text.Json;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>
/// Converts a set to class folders, WebDataset shards or parquet. Every file and the folder appear whole or not at all; a conversion that was
/// interrupted goes on with the image, or the shard, that it had not finished.
/// </summary>
public sealed class DataPreparation
{
    private readonly IImageSource _source;
    private readonly PreparationOptions _options;
    private readonly string _output;
    private readonly ImagePreparation _images;
    private readonly List<BrokenImage> _broken = [];
    private readonly IProgress<int>? _progress;
    private readonly CancellationToken _cancellation;
    private int _done;
    private int _written;

    private DataPreparation(IImageSource source, string output, PreparationOptions options, IProgress<int>? progress, CancellationToken cancellation)
    {
        (_source, _output, _options, _progress, _cancellation) = (source, output, options, progress, cancellation);
        _images = new ImagePreparation(source, options);
    }

    // Beside the output while it is not finished: what is being converted, and how.
    private string RequestFile => $"{_output}.preparing.json";

    /// <summary>Converts a set.</summary>
    /// <param name="source">The set.</param>
    /// <param name="output">The folder; or the file, from whose name shards get theirs.</param>
    /// <param name="options">Format, size, encoding, shards.</param>
    /// <param name="progress">Told the number of images looked at, after each.</param>
    /// <param name="cancellationToken">Interrupts; calling again goes on.</param>
    /// <returns>What was written; a shard that would have no image is left out, and the numbers of the others stay.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">No image can be read.</exception>
    /// <exception cref="IOException">The output exists already, or the file system refused.</exception>
    public static PreparationResult Run(
        IImageSource source, string output, PreparationOptions options, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        if (options.Shards > source.Count) throw new ArgumentException($"there are {options.Shards} shards for {source.Count} images; each needs one.", nameof(options));
        output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));
        return new DataPreparation(source, output, options, progress, cancellationToken).Run();
    }

    private PreparationResult Run()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_output)!);
        var resumed = Begin();
        var result = _options.Format == PreparedFormat.ClassFolders ? WriteFolders(resumed) : WriteShards(resumed);
        File.Delete(RequestFile);
        return result;
    }

    // Whether an earlier try of the same request left something to go on with.
    private bool Begin()
    {
        var request = JsonSerializer.Serialize(new { source = _source.Name, _source.Count, classes = _source.Classes.Select(known => known.Name), options = _options }, JsonFormat.Indented);
        if (File.Exists(RequestFile) && File.ReadAllText(RequestFile) == request) return true;
        string[] targets = _options.Format == PreparedFormat.ClassFolders ? [_output] : ShardNames();
        if (targets.FirstOrDefault(Path.Exists) is { } existing)
            throw new IOException($"{existing} is there already: remove it, or choose another output.");
        AtomicFile.Write(RequestFile, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(request)));
        return false;
    }

    private PreparationResult WriteFolders(bool resumed)
    {
        var unfinished = $"{_output}.preparing";
        if (!resumed && Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        if (!Directory.Exists(_output))
        {
            Directory.CreateDirectory(unfinished);
            var writer = new ClassFolderWriter(unfinished, _source.Classes);
            int[] missing = [.. Enumerable.Range(0, _source.Count).Where(index => !writer.Has(index))];
            _done = _source.Count - missing.Length;
            ForEach(missing, writer.Add);
            if (writer.Count == 0) throw NothingReadable();
            writer.Finish();
            DiskSync.Tree(unfinished);
            Directory.Move(unfinished, _output);
            DiskSync.Folder(Path.GetDirectoryName(_output)!);
            return new PreparationResult(writer.Count, _broken, [_output]);
        }
        using var finished = ImageSources.Open(_output);
        return new PreparationResult(finished.Count, _broken, [_output]);
    }

    private PreparationResult WriteShards(bool resumed)
    {
        var (names, kept) = (ShardNames(), new List<string>());
        for (var shard = 0; shard < names.Length; shard++)
        {
            int[] indices = [.. Range(shard, names.Length)];
            if (resumed && FinishedImages(names[shard]) is { } images)
            {
                _done += indices.Length;
                _written += images;
                kept.Add(names[shard]);
                continue;
            }
            var before = _written;
            AtomicFile.Write(names[shard], stream => WriteShard(stream, indices));
            if (_written > before) kept.Add(names[shard]);
            else File.Delete(names[shard]);                                                   // nobody reads a shard without images, nor a set with one
        }
        return kept.Count > 0 ? new PreparationResult(_written, _broken, kept) : throw NothingReadable();
    }

    // Images of a shard that an earlier try finished; null where it is missing or cannot be read, and is made again.
    private static int? FinishedImages(string shard)
    {
        if (!File.Exists(shard)) return null;
        try
        {
            using var finished = ImageSources.Open(shard);
            return finished.Count;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private void WriteShard(Stream stream, int[] indices)
    {
        if (_options.Format == PreparedFormat.WebDataset)
        {
            using var writer = new WebDatasetWriter(stream, _source.Classes);
            ForEach(indices, writer.Add);
        }
        else
        {
            using var writer = new ParquetSetWriter(stream, _source.Classes);
            ForEach(indices, writer.Add);
        }
    }

    private void ForEach(int[] indices, Action<PreparedImage> use) => _images.ForEach(
        indices,
        image =>
        {
            use(image);
            _written++;
            _progress?.Report(++_done);
        },
        image =>
        {
            _broken.Add(image);
            _progress?.Report(++_done);
        },
        _cancellation);

    private IEnumerable<int> Range(int shard, int shards)
    {
        var (first, end) = ((int)((long)shard * _source.Count / shards), (int)((long)(shard + 1) * _source.Count / shards));
        return Enumerable.Range(first, end - first);
    }

    private string[] ShardNames()
    {
        if (_options.Shards == 1) return [_output];
        var (stem, extension) = (Path.ChangeExtension(_output, null), Path.GetExtension(_output));
        return [.. Enumerable.Range(0, _options.Shards).Select(shard => _options.Format == PreparedFormat.WebDataset
            ? string.Create(CultureInfo.InvariantCulture, $"{stem}-{shard:D6}{extension}")
            : string.Create(CultureInfo.InvariantCulture, $"{stem}-{shard:D5}-of-{_options.Shards:D5}{extension}"))];
    }

    private InvalidDataException NothingReadable() => new($"{_source.Name} has no image that can be read ({_broken[0].Name}: {_broken[0].Why}).");
}
