using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

public sealed class TuningJournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static TuningIdentity Identity => new() { Weights = ["a", "b"], Data = "shapes", ClassCounts = [3, 4], Reference = null, Features = "f", Precision = "Float32", Seed = 1 };

    private static TuningMeasurement Measurement(int count) => new()
    {
        Sampling = KnownObjective.Own,
        Count = count,
        Distance = 1.0 / 3,
        Without = [0.1, 0.2],
        KernelDistance = null,
        MultiplyAdds = 7,
        SecondsPerImage = 0.25,
    };

    [Fact]
    public void What_was_measured_is_known_the_next_time_and_a_line_that_was_cut_is_not()
    {
        using (var journal = TuningJournal.Open(_folder.Root, Identity))
        {
            Assert.Empty(journal.Entries);
            journal.Add(Measurement(32));
            journal.Add(Measurement(64));
        }
        File.AppendAllText(_folder[TuningJournal.Name], "{\"sampling\":{");
        using (var journal = TuningJournal.Open(_folder.Root, Identity))
        {
            Assert.Equal([32, 64], journal.Entries.Select(m => m.Count));
            Assert.Equal(TuningSpace.Key(KnownObjective.Own), TuningSpace.Key(journal.Entries[1].Sampling));
            Assert.Equal((1.0 / 3, 0.2), (journal.Entries[0].Distance, journal.Entries[0].Without[1]));
            journal.Add(Measurement(128));
        }
        using var last = TuningJournal.Open(_folder.Root, Identity);
        Assert.Equal([32, 64, 128], last.Entries.Select(m => m.Count));
    }

    [Fact]
    public void The_journal_of_something_else_is_refused()
    {
        TuningJournal.Open(_folder.Root, Identity).Dispose();
        var error = Assert.Throws<InvalidDataException>(() => TuningJournal.Open(_folder.Root, Identity with { Seed = 2 }));
        Assert.Contains("another folder", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => TuningJournal.Open(_folder.Root, Identity with { Autoencoder = "vae" }));
        File.WriteAllText(_folder[TuningJournal.Name], "nothing\n");
        Assert.Throws<InvalidDataException>(() => TuningJournal.Open(_folder.Root, Identity));
    }

    public void Dispose() => _folder.Dispose();
}
