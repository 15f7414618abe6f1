namespace Msf.Checkpoints;

/// <summary>A dictionary of a pickle. Only texts can be looked up: a file cannot make their hashes collide, as it could with numbers.</summary>
internal sealed class PickleDictionary
{
    private static readonly Dictionary<string, object?> _none = [];

    // Made when it is needed: an opcode of one byte makes a dictionary.
    private Dictionary<string, object?>? _named;

    /// <summary>The entries under texts, in the order of the file.</summary>
    internal IReadOnlyDictionary<string, object?> Named => _named ?? _none;

    /// <summary>How many entries have keys that are no texts (an optimizer's state has numbers); their values are dropped.</summary>
    internal int Unnamed { get; private set; }

    internal void Set(object? key, object? value)
    {
        if (key is string name) (_named ??= new(StringComparer.Ordinal))[name] = value;
        else if (key is List<object?> or PickleDictionary) throw new InvalidDataException("its pickle has a dictionary with a list or a dictionary as a key");
        else Unnamed++;
    }
}
