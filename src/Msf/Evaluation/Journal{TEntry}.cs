using System.Text.Json;
using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>Measurements as they were made; <see cref="Journal.Open"/> opens one.</summary>
/// <typeparam name="TEntry">A measurement.</typeparam>
public sealed class Journal<TEntry> : IDisposable
{
    private readonly StreamWriter _file;
    private readonly List<TEntry> _entries;

    internal Journal(StreamWriter file, List<TEntry> entries) => (_file, _entries) = (file, entries);

    /// <summary>All measurements, in their order.</summary>
    public IReadOnlyList<TEntry> Entries => _entries;

    /// <summary>Adds a measurement.</summary>
    public void Add(TEntry entry)
    {
        _file.WriteLine(JsonSerializer.Serialize(entry, JsonFormat.Line));
        _entries.Add(entry);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
