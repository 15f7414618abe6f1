using System.Globalization;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// The work folder beside a report: what was gathered so far, so that a killed evaluation goes on and gives the same figures. Everything in it is complete or absent. One process at a time.
/// </summary>
internal sealed class EvaluationWork : IDisposable
{
    private const string FingerprintName = "fingerprint.json", LockName = ".lock", StateName = "state.json", SetName = "set.npz", ExactName = "exact.safetensors", PixelsPrefix = "pixels-";
    private readonly string _folder;
    private FileStream? _lock;

    private EvaluationWork(string folder, FileStream held) => (_folder, _lock) = (folder, held);

    /// <summary>Opens the work folder of a report, a new one or that of the same evaluation.</summary>
    /// <param name="report">Folder of the report; exists.</param>
    /// <param name="fingerprint">What the figures depend on.</param>
    /// <exception cref="InvalidDataException">It is of another evaluation.</exception>
    /// <exception cref="IOException">Another process works in it, or it cannot be written.</exception>
    public static EvaluationWork Open(string report, EvaluationFingerprint fingerprint)
    {
        var folder = Path.Combine(report, "work");
        Directory.CreateDirectory(folder);
        var held = Hold(folder);
        try
        {
            AtomicFile.Sweep(folder);
            AtomicFolder.Sweep(folder);
            var path = Path.Combine(folder, FingerprintName);
            if (File.Exists(path))
            {
                var differences = fingerprint.DifferencesFrom(JsonFormat.Parse<EvaluationFingerprint>(File.ReadAllText(path), path));
                if (differences.Count > 0)
                    throw new InvalidDataException($"{folder} is of another evaluation, which was not finished (other {string.Join(", ", differences)}); finish it with its own settings, remove that folder, or write the report elsewhere.");
            }
            else
            {
                AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, fingerprint, JsonFormat.Indented));
            }
            return new EvaluationWork(folder, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Takes up what was gathered of a set.</summary>
    /// <param name="name">Name of the set.</param>
    /// <param name="network">The network.</param>
    /// <param name="options">What is gathered.</param>
    /// <returns>The set, owned by the caller, and where it stands; null where nothing was saved.</returns>
    /// <exception cref="InvalidDataException">What was saved is broken.</exception>
    public (EvaluationSet Set, GatherState State)? Load(string name, IFeatureNetwork network, EvaluationOptions options)
    {
        var folder = Path.Combine(_folder, name);
        if (!Directory.Exists(folder)) return null;
        using var scope = NewDisposeScope();
        var path = Path.Combine(folder, StateName);
        var state = JsonFormat.Parse<GatherState>(File.ReadAllText(path), path);
        var set = EvaluationSet.Read(Path.Combine(folder, SetName), network, options);
        try
        {
            set.Parts.RestoreExact(SafetensorsFile.ReadAll(Path.Combine(folder, ExactName)));
            return set.Count == state.Images ? (set, state) : throw new InvalidDataException($"{folder} holds {set.Count} images and tells of {state.Images}; remove it.");
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Saves what was gathered of a set, in place of what was saved before.</summary>
    /// <param name="name">Name of the set.</param>
    /// <param name="set">The set, of two images at least.</param>
    /// <param name="state">Where it stands.</param>
    public void Save(string name, EvaluationSet set, GatherState state) => AtomicFolder.Write(Path.Combine(_folder, name), temporary =>
    {
        using var scope = NewDisposeScope();
        set.Write(Path.Combine(temporary, SetName));
        SafetensorsWriter.Write(Path.Combine(temporary, ExactName), set.Parts.Exact());
        File.WriteAllText(Path.Combine(temporary, StateName), JsonSerializer.Serialize(state, JsonFormat.Indented));
    });

    /// <summary>Keeps the pixels of samples; call it before the <see cref="Save"/> that counts them.</summary>
    /// <param name="first">Place of the first one.</param>
    /// <param name="pixels">(N, H, W, 3), 0 to 255.</param>
    public void AddPixels(int first, IReadOnlyList<byte[]> pixels) => AtomicFile.Write(PixelsOf(first), stream =>
    {
        foreach (var part in pixels) stream.Write(part);
    });

    /// <summary>The kept pixels of all samples, in order, file by file; what a killed process left beyond its last <see cref="Save"/> is overwritten by then.</summary>
    public IEnumerable<string> Pixels() => Directory.GetFiles(_folder, $"{PixelsPrefix}*").Order(StringComparer.Ordinal);

    /// <summary>Drops kept pixels from a place on.</summary>
    /// <param name="images">Images that count.</param>
    public void DropPixelsFrom(int images)
    {
        foreach (var file in Pixels().Where(file => int.Parse(Path.GetFileNameWithoutExtension(file)[PixelsPrefix.Length..], CultureInfo.InvariantCulture) >= images)) File.Delete(file);
    }

    /// <summary>Removes the work folder.</summary>
    public void Delete()
    {
        Release();
        AtomicFolder.Delete(_folder);
    }

    /// <summary>Lets others at the folder; what is in it stays.</summary>
    public void Dispose() => Release();

    private string PixelsOf(int first) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{PixelsPrefix}{first:D9}.bin"));

    private void Release()
    {
        _lock?.Dispose();
        _lock = null;
    }

    private static FileStream Hold(string folder)
    {
        var path = Path.Combine(folder, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new IOException($"another process evaluates in {Path.GetDirectoryName(folder)}; wait for it, stop it, or write the report elsewhere.");
        }
    }
}
