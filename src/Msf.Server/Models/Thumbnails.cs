using System.Collections.Concurrent;
using System.Globalization;
using Msf.Checkpoints;
using Msf.Runtime;

namespace Msf.Server;

/// <summary>One image of every class of a model, made when it is first asked for and kept beside the gallery. Usable from any thread.</summary>
/// <param name="engine">Makes them.</param>
/// <param name="folder">Keeps them.</param>
internal sealed class Thumbnails(GenerationEngine engine, string folder)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Task<byte[]>> _making = new();

    /// <summary>The PNG file of a class.</summary>
    /// <exception cref="RequestException">There is no such class, or it cannot be made now.</exception>
    internal async Task<byte[]> ReadAsync(ModelCard card, int index, CancellationToken cancellation)
    {
        if (index < 0 || index >= card.Manifest.Model.Classes) throw RequestException.NotFound($"{card.Name} has classes 0 to {card.Manifest.Model.Classes - 1}.");
        var path = PathOf(card, index);
        if (File.Exists(path)) return await File.ReadAllBytesAsync(path, cancellation);
        var making = _making.GetOrAdd(path, _ => MakeAsync(card, index, path));
        try
        {
            return await making.WaitAsync(_patience, cancellation);
        }
        catch (TimeoutException)
        {
            throw new RequestException("the thumbnail is not made yet; ask again.", null, 503, "not_ready", TimeSpan.FromSeconds(5));
        }
    }

    private async Task<byte[]> MakeAsync(ModelCard card, int index, string path)
    {
        try
        {
            await Task.Yield();                                                               // the dictionary must know of it first
            var body = new JobBody { Model = card.Name, Classes = new ClassList([card.Manifest.ClassNames[index]]), Count = 1, Seed = 0 };
            await engine.Pool.Start(card).Loaded;
            var job = engine.Submit(body, "thumbnails", keeps: false, previews: 0);
            await job.Completion;
            engine.Forget(job);
            if (job.Images is not [{ Png: { } png }]) throw job.Fault ?? new RequestException("the thumbnail could not be made; ask again.", null, 503, "not_ready", TimeSpan.FromSeconds(5));
            if (engine.Pool.Find(card.Name)?.Card != card) return png;                         // by a model that was written over meanwhile: not to be kept
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream => stream.Write(png));
            return png;
        }
        finally
        {
            _making.TryRemove(path, out _);
        }
    }

    // Another model of the same name has another digest, or was written at another time.
    private string PathOf(ModelCard card, int index)
    {
        var version = card.Manifest.Digest?[..16] ?? File.GetLastWriteTimeUtc(Path.Combine(card.Folder, ModelFolder.ManifestName)).Ticks.ToString("x", CultureInfo.InvariantCulture);
        return Path.Combine(folder, version, string.Create(CultureInfo.InvariantCulture, $"{index}.png"));
    }
}
