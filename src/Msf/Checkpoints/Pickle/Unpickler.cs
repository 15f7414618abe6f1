namespace Msf.Checkpoints;

/// <summary>
/// Reads a pickle of tensors and plain values: None, booleans, numbers, texts, bytes, lists, tuples, dictionaries. Nothing of the file is
/// run; a name or an opcode that could make something run is refused by name. Memory is bounded by the length of the pickle: a byte makes at most
/// one value, and what is recalled and copied counts against that length too. Nothing here recurses.
/// </summary>
/// <param name="storage">Turns what a persistent identifier holds into a storage.</param>
internal sealed class Unpickler(Func<object?[], TorchStorage> storage)
{
    private readonly PickleStack _stack = new();
    private long _copies;

    /// <summary>Runs the machine to its STOP.</summary>
    /// <returns>
    /// null, bool, long, BigInteger, double, string, byte[], List (list), object?[] (tuple), <see cref="PickleDictionary"/>,
    /// <see cref="TorchTensor"/> or <see cref="TorchStorage"/>.
    /// </returns>
    /// <exception cref="InvalidDataException">The pickle is broken, or asks for more than plain values; the message does not name the file.</exception>
    internal object? Read(ReadOnlySpan<byte> pickle)
    {
        var bytes = new PickleBytes(pickle);
        _copies = pickle.Length;
        while (true)
        {
            var opcode = bytes.Byte();
            if (opcode == (byte)'.') break;
            if (!PushPlain(opcode, ref bytes) && !Arrange(opcode, ref bytes) && !Make(opcode, ref bytes))
                throw new InvalidDataException($"its pickle has the opcode {PickleOpcodes.NameOf(opcode)}, which no torch.save of tensors and plain values writes; it was not run");
        }
        var root = _stack.Pop();
        return _stack.Count == 0 ? root : throw new InvalidDataException($"its pickle ends with {_stack.Count + 1} values, expected one");
    }

    // Opcodes that put a value on the stack.
    private bool PushPlain(byte opcode, ref PickleBytes bytes)
    {
        switch (opcode)
        {
            case (byte)'N': _stack.Push(null); return true;
            case 0x88: _stack.Push(true); return true;
            case 0x89: _stack.Push(false); return true;
            case (byte)'J': _stack.Push((long)bytes.Int32()); return true;
            case (byte)'K': _stack.Push((long)bytes.Byte()); return true;
            case (byte)'M': _stack.Push((long)bytes.UInt16()); return true;
            case 0x8a: _stack.Push(bytes.Number(bytes.Byte())); return true;
            case 0x8b: _stack.Push(bytes.Number(bytes.UInt32())); return true;
            case (byte)'G': _stack.Push(bytes.Double()); return true;
            case (byte)'X': _stack.Push(bytes.Utf8(bytes.UInt32())); return true;
            case 0x8c: _stack.Push(bytes.Utf8(bytes.Byte())); return true;
            case 0x8d: _stack.Push(bytes.Utf8(bytes.UInt64())); return true;
            case (byte)'U': _stack.Push(bytes.Latin1(bytes.Byte())); return true;
            case (byte)'T': _stack.Push(bytes.Latin1(bytes.UInt32())); return true;
            case (byte)'C': _stack.Push(bytes.Take(bytes.Byte()).ToArray()); return true;
            case (byte)'B': _stack.Push(bytes.Take(bytes.UInt32()).ToArray()); return true;
            case 0x8e: _stack.Push(bytes.Take(bytes.UInt64()).ToArray()); return true;
            case (byte)']': _stack.Push(new List<object?>()); return true;
            case (byte)'}': _stack.Push(new PickleDictionary()); return true;
            case (byte)')': _stack.Push(Array.Empty<object?>()); return true;
            default: return false;
        }
    }

    // Opcodes that arrange what is on the stack.
    private bool Arrange(byte opcode, ref PickleBytes bytes)
    {
        switch (opcode)
        {
            case 0x80: RequireProtocol(bytes.Byte()); return true;
            case 0x95: bytes.UInt64(); return true;                                           // FRAME: a hint how much to read at once
            case (byte)'(': _stack.Mark(); return true;
            case (byte)'0': _stack.PopValueOrMark(); return true;
            case (byte)'1': _stack.PopToMark(); return true;
            case (byte)'2': _stack.Push(_stack.Top); return true;
            case (byte)'q': _stack.Memoize(bytes.Byte()); return true;
            case (byte)'r': _stack.Memoize(bytes.UInt32()); return true;
            case 0x94: _stack.Memoize(); return true;
            case (byte)'h': _stack.Push(_stack.Recall(bytes.Byte())); return true;
            case (byte)'j': _stack.Push(_stack.Recall(bytes.UInt32())); return true;
            case (byte)'t': _stack.Push(_stack.PopToMark()); return true;
            case 0x85: _stack.Push(_stack.PopMany(1)); return true;
            case 0x86: _stack.Push(_stack.PopMany(2)); return true;
            case 0x87: _stack.Push(_stack.PopMany(3)); return true;
            case (byte)'l': _stack.Push(new List<object?>(_stack.PopToMark())); return true;
            case (byte)'d': _stack.Push(Fill(new PickleDictionary(), _stack.PopToMark())); return true;
            case (byte)'a': Append(_stack.PopMany(1)); return true;
            case (byte)'e': Append(_stack.PopToMark()); return true;
            case (byte)'s': SetItems(_stack.PopMany(2)); return true;
            case (byte)'u': SetItems(_stack.PopToMark()); return true;
            default: return false;
        }
    }

    // Opcodes that in another reader make something happen.
    private bool Make(byte opcode, ref PickleBytes bytes)
    {
        switch (opcode)
        {
            case (byte)'c':
                var module = bytes.Line();
                _stack.Push(PickleGlobals.Resolve(module, bytes.Line()));
                return true;
            case 0x93:
                var name = _stack.Pop<string>("the name of a global");
                _stack.Push(PickleGlobals.Resolve(_stack.Pop<string>("the module of a global"), name));
                return true;
            case (byte)'Q': _stack.Push(storage(_stack.Pop<object?[]>("the tuple of a storage"))); return true;
            case (byte)'R' or 0x81:
                var arguments = _stack.Pop<object?[]>("a tuple of arguments");
                _stack.Push(Apply(_stack.Pop<PickleGlobal>("a known function"), arguments));
                return true;
            case (byte)'b': Build(_stack.Pop()); return true;
            default: return false;
        }
    }

    private object Apply(PickleGlobal global, object?[] arguments) => (global, arguments) switch
    {
        (PickleGlobal.RebuildTensor, _) => TorchTensor.Rebuild(Copied(arguments, arguments.Sum(argument => (argument as object?[])?.Length ?? 0))),
        (PickleGlobal.RebuildParameter, [TorchTensor tensor, ..]) => tensor,
        (PickleGlobal.OrderedDictionary or PickleGlobal.Namespace, []) => new PickleDictionary(),
        (PickleGlobal.OrderedDictionary, [List<object?> pairs]) => Fill(new PickleDictionary(), [.. Copied(pairs, pairs.Count).SelectMany(pair => pair is object?[] { Length: 2 } both
            ? both : throw new InvalidDataException("its pickle has an OrderedDict of something else than pairs"))]),
        (PickleGlobal.Encode, [string text, "latin1"]) when Copied(text, text.Length).All(character => character <= 'ÿ') => System.Text.Encoding.Latin1.GetBytes(text),
        _ => throw new InvalidDataException($"its pickle calls {global} with other arguments than torch writes; it was not run"),
    };

    // A value of a thousand bytes can be recalled with two, and copied a thousand times.
    private T Copied<T>(T value, int count) => (_copies -= count) >= 0 ? value : throw new InvalidDataException("its pickle copies the same values over and over");

    // Attributes: of a Namespace they are its entries, of a state_dict they are versions of modules, which are not needed.
    private void Build(object? state)
    {
        var target = _stack.Peek<PickleDictionary>("an object with attributes");
        if (state is not PickleDictionary attributes) throw new InvalidDataException("its pickle sets attributes that are no dictionary");
        if (target.Named.Count + target.Unnamed > 0) return;
        foreach (var (key, value) in Copied(attributes.Named, attributes.Named.Count)) target.Set(key, value);
    }

    private void Append(object?[] values) => _stack.Peek<List<object?>>("a list").AddRange(values);

    private void SetItems(object?[] items) => Fill(_stack.Peek<PickleDictionary>("a dictionary"), items);

    private static PickleDictionary Fill(PickleDictionary dictionary, object?[] items)
    {
        if (items.Length % 2 != 0) throw new InvalidDataException("its pickle has a dictionary with a key without a value");
        for (var i = 0; i < items.Length; i += 2) dictionary.Set(items[i], items[i + 1]);
        return dictionary;
    }

    private static void RequireProtocol(byte protocol)
    {
        if (protocol > 5) throw new InvalidDataException($"its pickle is of protocol {protocol}, 2 to 5 are read");
    }
}
