using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Which weights a network can take from another: those of the same name and shape, and a reason for each that it cannot.</summary>
/// <param name="Taken">Names of the weights taken.</param>
/// <param name="Left">The target's other weights, each with the reason why it keeps its own.</param>
public sealed record WeightTransfer(IReadOnlyList<string> Taken, IReadOnlyList<string> Left)
{
    /// <summary>Compares the weights of two networks.</summary>
    /// <param name="source">Shapes by name where weights come from.</param>
    /// <param name="target">Shapes by name where they go.</param>
    /// <param name="what">Where they come from, for the message.</param>
    /// <exception cref="InvalidDataException">Nothing can be taken.</exception>
    public static WeightTransfer Plan(IReadOnlyDictionary<string, long[]> source, IReadOnlyDictionary<string, long[]> target, string what)
    {
        var names = target.Keys.Order(StringComparer.Ordinal).ToLookup(name => source.TryGetValue(name, out var shape) && shape.SequenceEqual(target[name]));
        if (!names[true].Any()) throw new InvalidDataException($"no weight of {what} has name and shape of one that is to be trained; choose another model, or none.");
        return new WeightTransfer([.. names[true]], [.. names[false].Select(name => $"{name} ({Reason(source, target, name)})")]);
    }

    /// <summary>The whole listing as one line.</summary>
    /// <param name="stage">The stage that takes.</param>
    /// <param name="what">Where the weights come from.</param>
    public string Describe(int stage, string what) =>
        $"stage {stage} takes {Taken.Count} of {Taken.Count + Left.Count} weights from {what}{(Left.Count > 0 ? $"; it keeps its own {string.Join(", ", Left)}" : "")}.";

    /// <summary>Shapes of tensors by name.</summary>
    internal static Dictionary<string, long[]> Shapes(IReadOnlyDictionary<string, Tensor> tensors) => tensors.ToDictionary(pair => pair.Key, pair => pair.Value.shape);

    private static string Reason(IReadOnlyDictionary<string, long[]> source, IReadOnlyDictionary<string, long[]> target, string name) =>
        source.TryGetValue(name, out var shape) ? $"{ShapeGuard.Format(shape)} there, {ShapeGuard.Format(target[name])} here" : "absent there";
}
