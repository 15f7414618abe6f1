using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>Reads weights that another program wrote, whatever of the known formats they are in.</summary>
public static class ForeignWeights
{
    private static readonly string[] _extensions = [".safetensors", ".pt", ".pth", ".ckpt", ".bin"];

    /// <summary>Reads a safetensors file or a checkpoint of torch.save, told by its content.</summary>
    /// <param name="path">The file.</param>
    /// <returns>CPU tensors by name, owned by the caller's dispose scope; and where in a training checkpoint they were, empty for a plain state.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is neither, or broken.</exception>
    public static (Dictionary<string, Tensor> Tensors, string Layout) Read(string path) =>
        IsSafetensors(path) ? (SafetensorsFile.ReadAll(path), "") : TorchCheckpoint.Read(path);

    /// <summary>Reads some of the tensors of such a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="select">Told all names, decides which are wanted.</param>
    /// <returns>As the other overload.</returns>
    internal static (Dictionary<string, Tensor> Tensors, string Layout) Read(string path, Func<IReadOnlyCollection<string>, Func<string, bool>> select)
    {
        if (!IsSafetensors(path)) return TorchCheckpoint.Read(path, select);
        using var file = SafetensorsFile.Open(path);
        return (file.ReadAll(select([.. file.Tensors.Keys])), "");
    }

    /// <summary>What to store tensors in: the half-wide type that all of them have, else float32.</summary>
    internal static ScalarType StoredType(IReadOnlyCollection<Tensor> tensors) =>
        tensors.Select(tensor => tensor.dtype).Distinct().ToArray() is [(ScalarType.Float16 or ScalarType.BFloat16) and var type] ? type : ScalarType.Float32;

    /// <summary>Views tensors of which only sides of length 1 at the end are missing or too many as what is expected: linear layers and convolutions of size 1.</summary>
    /// <param name="expected">What is expected.</param>
    /// <param name="tensors">What there is; such tensors are replaced by views.</param>
    internal static void TakePointwise(IReadOnlyDictionary<string, Tensor> expected, Dictionary<string, Tensor> tensors)
    {
        foreach (var (name, target) in expected)
            if (tensors.TryGetValue(name, out var tensor) && !tensor.shape.AsSpan().SequenceEqual(target.shape) && Plain(tensor.shape).SequenceEqual(Plain(target.shape)))
                tensors[name] = tensor.reshape(target.shape);
    }

    // Of weights alone: the two first sides are those of channels.
    private static ReadOnlySpan<long> Plain(long[] shape)
    {
        var rank = shape.Length;
        while (rank > 2 && shape[rank - 1] == 1) rank--;
        return shape.AsSpan(0, rank);
    }

    /// <summary>The one file with weights: a file as it is, of a folder the one that is there.</summary>
    /// <param name="path">File or folder.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">There are several.</exception>
    public static string Find(string path)
    {
        if (File.Exists(path)) return path;
        var files = All(path);
        return files.Length switch
        {
            1 => files[0],
            0 => throw new FileNotFoundException($"{path}: there is no {string.Join(", ", _extensions)} file; give a file, or a folder with one.", path),
            _ => throw new InvalidDataException($"{path}: there are {files.Length} files with weights ({string.Join(", ", files.Take(5).Select(Path.GetFileName))}); give one of them."),
        };
    }

    /// <summary>All files with weights of a folder, in ordinal order; where one is there in both formats, only the safetensors file.</summary>
    internal static string[] All(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        return Among(Directory.GetFiles(folder));
    }

    /// <summary>Those of many files that hold weights, as <see cref="All"/>.</summary>
    internal static string[] Among(IEnumerable<string> names)
    {
        var files = names.Where(HasExtension).Order(StringComparer.Ordinal).ToArray();
        return [.. files.Where(file => Path.GetExtension(file) == ".safetensors" || !files.Contains(Path.ChangeExtension(file, ".safetensors")))];
    }

    /// <summary>Whether a name ends as those of files with weights do.</summary>
    public static bool HasExtension(string name) => _extensions.Contains(Path.GetExtension(name));

    private static bool IsSafetensors(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file; a safetensors file or a checkpoint of torch.save was expected.", path);
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[9];
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return Path.GetExtension(path) == ".safetensors" || (read == start.Length && start[8] == (byte)'{');
    }
}
