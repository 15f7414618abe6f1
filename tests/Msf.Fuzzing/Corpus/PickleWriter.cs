using System.Buffers.Binary;
using System.Text;

namespace Msf.Fuzzing;

/// <summary>Writes pickles as torch.save does, and as nobody should.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [0x80, 2];
    private byte _memo;

    /// <summary>The pickle, ended.</summary>
    public byte[] Done() => [.. _bytes, (byte)'.'];

    public PickleWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>A text, remembered or not.</summary>
    public PickleWriter Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Raw((byte)'X');
        Int(bytes.Length);
        return Raw(bytes).Raw((byte)'q', _memo++);
    }

    public PickleWriter Number(int value) => value is >= 0 and < 256 ? Raw((byte)'K', (byte)value) : Raw((byte)'J').Int(value);

    public PickleWriter Global(string module, string name) => Raw((byte)'c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleWriter EmptyOrderedDictionary() => Global("collections", "OrderedDict").Raw((byte)')', (byte)'R');

    public PickleWriter Tuple(params int[] values)
    {
        Raw((byte)'(');
        foreach (var value in values) Number(value);
        return Raw((byte)'t');
    }

    /// <summary>A tensor over a record.</summary>
    public PickleWriter Tensor(string storage, string key, int length, int offset, int[] sizes, int[] strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Raw((byte)'(', (byte)'(').Text("storage").Global("torch", storage).Text(key).Text("cpu").Number(length);
        Raw((byte)'t', (byte)'Q').Number(offset).Tuple(sizes).Tuple(strides).Raw(0x89).EmptyOrderedDictionary();
        return Raw((byte)'t', (byte)'R');
    }

    private PickleWriter Int(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }
}
