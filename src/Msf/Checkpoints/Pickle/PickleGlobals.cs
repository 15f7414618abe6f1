using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>Resolves the names that a pickle mentions, and refuses all but a few.</summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, object> _known = new(StringComparer.Ordinal)
    {
        ["torch._utils._rebuild_tensor_v2"] = PickleGlobal.RebuildTensor,
        ["torch._utils._rebuild_parameter"] = PickleGlobal.RebuildParameter,
        ["collections.OrderedDict"] = PickleGlobal.OrderedDictionary,
        ["argparse.Namespace"] = PickleGlobal.Namespace,
        ["_codecs.encode"] = PickleGlobal.Encode,
        ["pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint"] = PickleGlobal.Mark,
        ["torch.FloatStorage"] = ScalarType.Float32,
        ["torch.DoubleStorage"] = ScalarType.Float64,
        ["torch.HalfStorage"] = ScalarType.Float16,
        ["torch.BFloat16Storage"] = ScalarType.BFloat16,
        ["torch.LongStorage"] = ScalarType.Int64,
        ["torch.IntStorage"] = ScalarType.Int32,
        ["torch.ShortStorage"] = ScalarType.Int16,
        ["torch.CharStorage"] = ScalarType.Int8,
        ["torch.ByteStorage"] = ScalarType.Byte,
        ["torch.BoolStorage"] = ScalarType.Bool,
    };

    /// <summary>What a name stands for: a <see cref="PickleGlobal"/>, or a <see cref="ScalarType"/> for a storage.</summary>
    /// <exception cref="InvalidDataException">The name is not among the few; it was not looked up anywhere.</exception>
    internal static object Resolve(string module, string name) =>
        _known.TryGetValue($"{module}.{name}", out var known) ? known : throw new InvalidDataException(
            $"its pickle asks for {OneLine.Quote($"{module}.{name}")}, which is neither a tensor nor a plain value; it was not run. "
            + "Save the state_dict alone in the program that wrote the file");
}
