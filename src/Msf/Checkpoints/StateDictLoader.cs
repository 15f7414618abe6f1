using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>
/// Moves weights between modules and dictionaries of tensors: every key, exactly its shape, or an error that says all that differs.
/// </summary>
public static class StateDictLoader
{
    private const int ListedAtMost = 10;

    /// <summary>The state of a module: parameters and persistent buffers by key, in ordinal order.</summary>
    /// <param name="module">The module.</param>
    /// <returns>The module's own tensors: still owned by it, and changing with it.</returns>
    public static IReadOnlyDictionary<string, Tensor> Extract(nn.Module module) =>
        new SortedDictionary<string, Tensor>(module.state_dict(), StringComparer.Ordinal);

    /// <summary>Copies tensors into a module. Nothing is copied unless everything fits; nothing is ever broadcast.</summary>
    /// <param name="module">The module, on any device but meta; it keeps its device and its types.</param>
    /// <param name="tensors">
    /// Exactly the module's keys, each with exactly its shape. Floating-point values are converted to the module's type, others must
    /// have it.
    /// </param>
    /// <param name="what">What the tensors are (a file's path), for the message.</param>
    /// <param name="part">Which of the module's keys the tensors are; null for all.</param>
    /// <exception cref="InvalidDataException">Keys are missing or unexpected, or shapes or types differ; the message lists all.</exception>
    /// <exception cref="ArgumentException">The module is on the meta device and cannot hold values.</exception>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, Tensor> tensors, string what, Func<string, bool>? part = null)
    {
        var state = Extract(module);
        if (part is not null) state = state.Where(entry => part(entry.Key)).ToDictionary();
        if (state.Any(entry => entry.Value.device_type == TorchSharp.DeviceType.META))
            throw new ArgumentException("The module is on the meta device and cannot hold values; build it on a real one.", nameof(module));
        RequireFit(state, tensors, what);
        using var noGrad = no_grad();
        foreach (var (name, target) in state) target.copy_(tensors[name]);
    }

    /// <summary>Writes the state of a module to a safetensors file.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file; replaced if it exists, complete or not at all.</param>
    /// <param name="floatType">Type to store floating-point values in (smaller files), or null for the type they have.</param>
    /// <param name="metadata">Free-form strings for the file's header, or null.</param>
    /// <exception cref="ArgumentException">Finite values would become infinite in <paramref name="floatType"/>.</exception>
    /// <exception cref="IOException">Writing failed; an earlier file at <paramref name="path"/> is untouched.</exception>
    public static void Save(
        nn.Module module, string path, ScalarType? floatType = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var state = Extract(module);
        if (floatType is { } type)
            state = state.ToDictionary(
                entry => entry.Key, entry => entry.Value.is_floating_point() ? Convert(entry.Key, entry.Value, type) : entry.Value);
        SafetensorsWriter.Write(path, state, metadata);
    }

    /// <summary>Rounds a tensor to a type.</summary>
    /// <exception cref="ArgumentException">Finite values would become infinite.</exception>
    internal static Tensor Convert(string name, Tensor tensor, ScalarType type)
    {
        var converted = tensor.to_type(type);
        if (converted.isinf().any().item<bool>() && !tensor.isinf().any().item<bool>())
            throw new ArgumentException(
                $"Tensor {OneLine.Quote(name)} has values too large for {type}; store it as BFloat16 or Float32.", nameof(type));
        return converted;
    }

    /// <summary>Requires exactly the keys of a state, each with its shape and a type that converts.</summary>
    /// <exception cref="InvalidDataException">They differ; the message lists how.</exception>
    internal static void RequireFit(IReadOnlyDictionary<string, Tensor> state, IReadOnlyDictionary<string, Tensor> tensors, string what)
    {
        var faults = new List<string>();
        void Add(string kind, IEnumerable<string> items)
        {
            var all = items.ToArray();
            if (all.Length == 0) return;
            var more = all.Length > ListedAtMost ? $" and {all.Length - ListedAtMost} more" : "";
            faults.Add($"{all.Length} {kind}: {string.Join(", ", all.Take(ListedAtMost))}{more}");
        }

        var common = state.Where(entry => tensors.ContainsKey(entry.Key)).ToArray();
        Add("missing", state.Keys.Where(name => !tensors.ContainsKey(name)).Select(OneLine.Quote));
        Add("unexpected", tensors.Keys.Where(name => !state.ContainsKey(name)).Order(StringComparer.Ordinal).Select(OneLine.Quote));
        Add("of another shape", common.Where(entry => !entry.Value.shape.AsSpan().SequenceEqual(tensors[entry.Key].shape)).Select(entry =>
            $"{OneLine.Quote(entry.Key)} is {ShapeGuard.Format(tensors[entry.Key].shape)}, "
            + $"expected {ShapeGuard.Format(entry.Value.shape)}"));
        Add("of another type", common.Where(entry => !Converts(tensors[entry.Key], entry.Value)).Select(entry =>
            $"{OneLine.Quote(entry.Key)} is {tensors[entry.Key].dtype}, expected {entry.Value.dtype}"));
        if (faults.Count > 0)
            throw new InvalidDataException(
                $"{what}: does not fit the model ({string.Join("; ", faults)}); use weights made for this configuration.");
    }

    private static bool Converts(Tensor from, Tensor to) =>
        from.dtype == to.dtype || (from.is_floating_point() && to.is_floating_point());
}
