namespace Msf.Checkpoints;

/// <summary>Compares what a configuration says with what the weights have, and keeps what differs.</summary>
/// <param name="what">The weights' file, for the message.</param>
internal sealed class ConfigurationCheck(string what)
{
    private readonly List<string> _faults = [];

    /// <summary>A number or a truth value; nothing said agrees with anything.</summary>
    internal void Agree<T>(string name, T? said, T found) where T : struct, IEquatable<T>
    {
        if (said is { } value && !value.Equals(found)) _faults.Add($"{name} is {value}, the weights have {found}");
    }

    /// <summary>A list.</summary>
    internal void Agree(string name, int[]? said, int[] found)
    {
        if (said is not null && !said.AsSpan().SequenceEqual(found))
            _faults.Add($"{name} is [{string.Join(", ", said.Take(16))}], the weights have [{string.Join(", ", found)}]");
    }

    /// <summary>A word that is the only one known here, under any of its names.</summary>
    internal void Among(string name, string? said, params string[] known)
    {
        if (said is not null && !known.Contains(said)) _faults.Add($"{name} is {OneLine.Quote(said)}, only {string.Join(" or ", known)} is known here");
    }

    /// <summary>Faults that were found elsewhere.</summary>
    internal void Add(IEnumerable<string> faults) => _faults.AddRange(faults);

    /// <summary>Requires that nothing differed.</summary>
    /// <exception cref="InvalidDataException">Something did; the message lists all.</exception>
    internal void Require()
    {
        if (_faults.Count > 0) throw new InvalidDataException($"{what}: the configuration does not fit: {string.Join("; ", _faults)}.");
    }
}
