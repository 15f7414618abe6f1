namespace Msf.Evaluation;

/// <summary>The measurements of a search: what was interrupted goes on from there.</summary>
public static class TuningJournal
{
    /// <summary>Name of the file in a folder.</summary>
    public const string Name = "journal.jsonl";

    /// <summary>Opens the journal of a folder, or begins one.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="identity">What is measured.</param>
    /// <returns>The journal, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">The folder's journal is of something else, or damaged.</exception>
    /// <exception cref="IOException">The file system refused.</exception>
    public static Journal<TuningMeasurement> Open(string folder, TuningIdentity identity) => Journal.Open<TuningIdentity, TuningMeasurement>(
        Path.Combine(folder, Name), identity, identity.IsSame, $"{folder} holds the search of another model, autoencoder, data, network, precision or seed; give another folder.");
}
