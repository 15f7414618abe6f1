using System.Text.Json;
using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>The measurements of a search as they were made, one JSON object a line after a first one that says what of: what was interrupted goes on from there.</summary>
public sealed class TuningJournal : IDisposable
{
    /// <summary>Name of the file in a folder.</summary>
    public const string Name = "journal.jsonl";

    private readonly StreamWriter _file;

    private TuningJournal(StreamWriter file, IReadOnlyList<TuningMeasurement> known) => (_file, Known) = (file, known);

    /// <summary>Measurements of earlier.</summary>
    public IReadOnlyList<TuningMeasurement> Known { get; }

    /// <summary>Opens the journal of a folder, or begins one. A line that a kill cut is left out.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="identity">What is measured.</param>
    /// <returns>The journal, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">The folder's journal is of something else, or damaged.</exception>
    /// <exception cref="IOException">The file system refused.</exception>
    public static TuningJournal Open(string folder, TuningIdentity identity)
    {
        var path = Path.Combine(folder, Name);
        string[] lines = File.Exists(path) ? [.. File.ReadAllText(path).Split('\n')[..^1]] : [];    // the last one is not whole, or empty
        if (lines.Length > 0 && !JsonFormat.Parse<TuningIdentity>(lines[0], path).IsSame(identity))
            throw new InvalidDataException($"{folder} holds the search of another model, data, network, precision or seed; give another folder.");
        IReadOnlyList<TuningMeasurement> known = [.. lines.Skip(1).Select(line => JsonFormat.Parse<TuningMeasurement>(line, path))];
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.NewLine = "\n";
            writer.WriteLine(JsonSerializer.Serialize(identity, JsonFormat.Line));
            foreach (var line in lines.Skip(1)) writer.WriteLine(line);
        });
        return new TuningJournal(new StreamWriter(path, append: true) { AutoFlush = true, NewLine = "\n" }, known);
    }

    /// <summary>Adds a measurement.</summary>
    public void Add(TuningMeasurement measured) => _file.WriteLine(JsonSerializer.Serialize(measured, JsonFormat.Line));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
