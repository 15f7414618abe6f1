namespace Msf.Checkpoints;

/// <summary>The stack of a pickle machine, with its marks and its memo.</summary>
internal sealed class PickleStack
{
    // Far above any checkpoint: each key of a state_dict takes about 20 values.
    private const int MostValues = 20_000_000;

    private readonly List<object?> _values = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<long, object?> _memo = [];

    internal int Count => _values.Count;

    internal void Push(object? value)
    {
        if (_values.Count == MostValues) throw new InvalidDataException($"its pickle piles up more than {MostValues} values");
        _values.Add(value);
    }

    internal object? Pop()
    {
        var value = Top;
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    internal T Pop<T>(string expected) => Pop() is T value ? value : throw Wrong(expected);

    internal object? Top => _values.Count > Floor ? _values[^1] : throw new InvalidDataException("its pickle takes more values than it has");

    internal T Peek<T>(string expected) => Top is T value ? value : throw Wrong(expected);

    internal void Mark() => _marks.Push(_values.Count);

    /// <summary>Everything since the last mark, which is removed with it.</summary>
    internal object?[] PopToMark()
    {
        if (!_marks.TryPop(out var mark)) throw new InvalidDataException("its pickle goes back to a mark that it did not set");
        var values = _values.GetRange(mark, _values.Count - mark).ToArray();
        _values.RemoveRange(mark, values.Length);
        return values;
    }

    /// <summary>POP takes back a mark where nothing follows it.</summary>
    internal void PopValueOrMark()
    {
        if (_marks.TryPeek(out var mark) && mark == _values.Count) _marks.Pop();
        else Pop();
    }

    internal object?[] PopMany(int count)
    {
        var values = new object?[count];
        for (var i = count - 1; i >= 0; i--) values[i] = Pop();
        return values;
    }

    internal void Memoize() => Memoize(_memo.Count);

    internal void Memoize(long index) => _memo[index] = Top;

    internal object? Recall(long index) =>
        _memo.TryGetValue(index, out var value) ? value : throw new InvalidDataException($"its pickle recalls value {index}, which it did not store");

    private int Floor => _marks.TryPeek(out var mark) ? mark : 0;

    private static InvalidDataException Wrong(string expected) => new($"its pickle has another value where {expected} is expected");
}
