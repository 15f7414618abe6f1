using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>Reads the weights out of a checkpoint of <c>torch.save</c>; nothing of the file is ever run.</summary>
public static class TorchCheckpoint
{
    // Views may show the same numbers more than once, but not so often that a small file fills the memory.
    private const int MostCopies = 4;
    private const long SmallFile = 1 << 20;

    // Under which name training programs keep what is to be used; the average of the weights first, as the official samplers do.
    private static readonly string[] _layouts = ["ema", "model", "state_dict", "model_state_dict"];

    /// <summary>Reads a plain state_dict, or the averaged weights (<c>ema</c>), else the weights (<c>model</c>, <c>state_dict</c>), of a training checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <returns>
    /// CPU tensors by name, contiguous, in the types of the file, owned by the caller's dispose scope; and where they were: empty for a plain state_dict, else the
    /// name in the checkpoint.
    /// </returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is broken, of the old format without an archive, or holds more than tensors and plain values.</exception>
    public static (Dictionary<string, Tensor> Tensors, string Layout) Read(string path) => Read(path, select: null);

    /// <summary>Reads some of the tensors, so that a part of a large checkpoint takes the memory of that part.</summary>
    /// <param name="path">The file.</param>
    /// <param name="select">Told all names, decides which are wanted; all when null. What is not wanted may be no tensor.</param>
    internal static (Dictionary<string, Tensor> Tensors, string Layout) Read(string path, Func<IReadOnlyCollection<string>, Func<string, bool>>? select)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file; a checkpoint of torch.save was expected.", path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            return Read(stream, select);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: not a usable PyTorch checkpoint: {e.Message}.", e);
        }
    }

    /// <summary>Reads from an open file; messages do not name it.</summary>
    internal static (Dictionary<string, Tensor> Tensors, string Layout) Read(
        Stream stream, Func<IReadOnlyCollection<string>, Func<string, bool>>? select = null)
    {
        using var file = TorchFile.Open(stream);
        var (all, layout) = Select(file.Root);
        var wanted = select?.Invoke([.. all.Keys]) ?? (_ => true);
        var entries = all.Where(entry => wanted(entry.Key)).ToArray();
        Int128 total = 0;
        foreach (var (name, value) in entries)
        {
            if (value is not TorchTensor tensor) throw new InvalidDataException($"{OneLine.Quote(name)} is {Describe(value)}, a tensor is expected beside the other weights");
            total += tensor.ByteLength;
        }
        if (total > MostCopies * (Int128)file.Length + SmallFile)
            throw new InvalidDataException($"its tensors would take {total} bytes, the file has {file.Length}");

        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, value) in entries) tensors.Add(name, file.Read((TorchTensor)value!));
            return (tensors, layout);
        }
        catch
        {
            foreach (var tensor in tensors.Values) tensor.Dispose();
            throw;
        }
    }

    private static (IReadOnlyDictionary<string, object?> Entries, string Layout) Select(object? root)
    {
        if (root is not PickleDictionary dictionary) throw new InvalidDataException($"it holds {Describe(root)}, a dictionary of tensors is expected");
        if (dictionary.Named.Values.Any(value => value is TorchTensor)) return (dictionary.Named, "");
        foreach (var layout in _layouts)
            if (dictionary.Named.TryGetValue(layout, out var value) && value is PickleDictionary { Named.Count: > 0 } weights) return (weights.Named, layout);
        var names = string.Join(", ", dictionary.Named.Keys.Take(10).Select(OneLine.Quote));
        throw new InvalidDataException($"it holds no tensors and none of {string.Join(", ", _layouts)} but {(names.Length > 0 ? names : "nothing")}");
    }

    private static string Describe(object? value) => value switch
    {
        null => "None",
        TorchTensor => "a tensor",
        TorchStorage => "a storage",
        PickleDictionary => "a dictionary",
        string => "a text",
        byte[] => "bytes",
        List<object?> => "a list",
        object?[] => "a tuple",
        PickleGlobal or ScalarType => "a name",
        bool => "a truth value",
        _ => "a number",
    };
}
