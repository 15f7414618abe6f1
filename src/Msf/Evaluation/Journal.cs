using System.Text.Json;
using Msf.Runtime;

namespace Msf.Evaluation;

/// <summary>Opens journals of measurements: one JSON object a line after a first one that says what of, so that what was interrupted goes on from there.</summary>
public static class Journal
{
    /// <summary>Opens a journal, or begins one. A line that a kill cut is left out.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="identity">What is measured.</param>
    /// <param name="isSame">Whether the journal's identity is that.</param>
    /// <param name="otherwise">What to say where it is not.</param>
    /// <typeparam name="TIdentity">What says it.</typeparam>
    /// <typeparam name="TEntry">A measurement.</typeparam>
    /// <returns>The journal, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">The journal is of something else, or damaged.</exception>
    /// <exception cref="IOException">The file system refused.</exception>
    public static Journal<TEntry> Open<TIdentity, TEntry>(string path, TIdentity identity, Func<TIdentity, bool> isSame, string otherwise)
    {
        var entries = Read<TIdentity, TEntry>(path, isSame, otherwise);
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.NewLine = "\n";
            writer.WriteLine(JsonSerializer.Serialize(identity, JsonFormat.Line));
            foreach (var entry in entries) writer.WriteLine(JsonSerializer.Serialize(entry, JsonFormat.Line));
        });
        return new Journal<TEntry>(new StreamWriter(path, append: true) { AutoFlush = true, NewLine = "\n" }, [.. entries]);
    }

    /// <summary>What a journal holds, without opening it for more; nothing where there is none.</summary>
    /// <inheritdoc cref="Open"/>
    public static IReadOnlyList<TEntry> Read<TIdentity, TEntry>(string path, Func<TIdentity, bool> isSame, string otherwise)
    {
        string[] lines = File.Exists(path) ? File.ReadAllText(path).Split('\n')[..^1] : [];        // the last one is not whole, or empty
        if (lines.Length > 0 && !isSame(JsonFormat.Parse<TIdentity>(lines[0], path))) throw new InvalidDataException(otherwise);
        return [.. lines.Skip(1).Select(line => JsonFormat.Parse<TEntry>(line, path))];
    }
}
