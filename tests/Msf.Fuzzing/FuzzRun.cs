using System.Globalization;

namespace Msf.Fuzzing;

/// <summary>Reads inputs of one target, each a function of (seed, target, number) alone, and keeps count.</summary>
/// <param name="target">The reader.</param>
/// <param name="seed">Seed of the run.</param>
/// <param name="ledger">The count.</param>
internal sealed class FuzzRun(FuzzTarget target, long seed, FuzzLedger ledger)
{
    private readonly long _stream = BitConverter.ToInt64(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(target.Name)));

    /// <summary>Told of every fault: the number of the input, the input, and what is wrong.</summary>
    public Action<long, byte[], string> Report { get; init; } = (_, _, _) => { };

    /// <summary>Counts allocated bytes; those of this thread by default.</summary>
    public Func<long> Allocated { get; init; } = GC.GetAllocatedBytesForCurrentThread;

    /// <summary>Longest time for an input.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The input of a number.</summary>
    public byte[] Input(long number) => target.Mutate(new FuzzRandom(seed, _stream, number));

    /// <summary>Reads the inputs from <see cref="FuzzLedger.Number"/> up to a number.</summary>
    public void To(long end)
    {
        using var watchdog = new FuzzWatchdog(Limit, input =>
        {
            ledger.Hangs++;
            Report(ledger.Number, input, string.Create(CultureInfo.InvariantCulture, $"is still being read after {Limit.TotalSeconds} s"));
        });
        // What is loaded once is no input's doing.
        foreach (var input in target.Corpus) FuzzOutcome.Of(target, input, Allocated);
        using var foreign = new ForeignCode();
        for (; ledger.Number < end; ledger.Number++)
        {
            var input = Input(ledger.Number);
            watchdog.Begin(input);
            var outcome = FuzzOutcome.Of(target, input, Allocated);
            watchdog.End();
            Count(input, outcome);
        }
        ledger.CodeRun += foreign.Signs();
    }

    private void Count(byte[] input, FuzzOutcome outcome)
    {
        if (outcome.Fault is not null)
        {
            ledger.Crashes++;
            Report(ledger.Number, input, outcome.Fault);
        }
        else if (outcome.Refused) ledger.Refused++;
        else ledger.Accepted++;
        if (outcome.Allocated > ledger.LargestAllocation) (ledger.LargestAllocation, ledger.LargestAllocationInput) = (outcome.Allocated, input.Length);
        if (outcome.Time.Ticks > ledger.SlowestTicks) (ledger.SlowestTicks, ledger.SlowestNumber) = (outcome.Time.Ticks, ledger.Number);
        ledger.Ticks += outcome.Time.Ticks;
    }
}
