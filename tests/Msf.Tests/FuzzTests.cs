using Msf.Fuzzing;

namespace Msf.Tests;

/// <summary>Some thousand damaged inputs of every reader of a foreign format, and every input that once went wrong. <c>Msf.Bench fuzz</c> reads millions.</summary>
public sealed class FuzzTests : IDisposable
{
    private const int Inputs = 1200;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    public static TheoryData<string> Crashes => [.. Directory.GetFiles(CrashFolder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(CrashFolder, path)).Order(StringComparer.Ordinal)];

    private static string CrashFolder => SourceTree.Path("tests", "Msf.Fuzzing", "Crashes");

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_damaged_input_is_read_or_refused_in_one_line_and_bounded_memory(string name)
    {
        using var target = FuzzTargets.Create(name);
        using var ledger = new FuzzLedger(_folder["ledger"]);
        var faults = new List<string>();
        new FuzzRun(target, seed: 4, ledger) { Report = (number, _, fault) => faults.Add($"input {number}: {fault}"), Limit = TimeSpan.FromMinutes(2) }.To(Inputs);
        Assert.Empty(faults);
        Assert.Equal((Inputs, 0, 0, 0), (ledger.Accepted + ledger.Refused, ledger.Crashes, ledger.Hangs, ledger.CodeRun));
        Assert.True(ledger.Accepted > 5 && ledger.Refused > 50, $"{ledger.Accepted} accepted, {ledger.Refused} refused: the damages are too harsh or too tame");
    }

    [Theory]
    [MemberData(nameof(Crashes))]
    public void An_input_that_once_went_wrong_is_read_or_refused(string file)
    {
        var name = FuzzTargets.Names.Single(name => name.Replace(' ', '-') == Path.GetDirectoryName(file));
        using var target = FuzzTargets.Create(name);
        using var watchdog = new FuzzWatchdog(TimeSpan.FromMinutes(2), _ => Console.Error.WriteLine($"{file} is still being read"));
        foreach (var input in target.Corpus) FuzzOutcome.Of(target, input, GC.GetAllocatedBytesForCurrentThread);
        var bytes = File.ReadAllBytes(Path.Combine(CrashFolder, file));
        watchdog.Begin(bytes);
        Assert.Null(FuzzOutcome.Of(target, bytes, GC.GetAllocatedBytesForCurrentThread).Fault);
        watchdog.End();
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_is_damaged_was_whole_before(string name)
    {
        using var target = FuzzTargets.Create(name);
        var accepted = target.Corpus.Count(input => FuzzOutcome.Of(target, input, GC.GetAllocatedBytesForCurrentThread) is { Refused: false, Fault: null });
        Assert.InRange(target.Corpus.Count - accepted, 0, name switch { "torch" => 4, "digests.json" or "autoencoder.json" or "latents" => 1, _ => 0 });    // some are hostile, or whole but for what they describe
    }

    [Fact]
    public void The_same_numbers_give_the_same_inputs_and_others_give_others()
    {
        using var ledger = new FuzzLedger(_folder["ledger"]);
        byte[][] Inputs(long seed)
        {
            using var target = FuzzTargets.Create("safetensors");
            var run = new FuzzRun(target, seed, ledger);
            return [.. Enumerable.Range(0, 40).Select(number => run.Input(number))];
        }
        Assert.Equal(Inputs(1), Inputs(1));
        Assert.NotEqual(Inputs(1), Inputs(2));
        Assert.True(Inputs(1).Select(Convert.ToHexString).Distinct().Count() > 35);
    }

    [Fact]
    public void A_faulty_reader_is_found_out()
    {
        Assert.Contains("NullReferenceException", Fault(_ => Nothing()!.ToString()), StringComparison.Ordinal);
        Assert.Contains("IOException: x y", Fault(_ => throw new IOException("x\ny")), StringComparison.Ordinal);
        Assert.Contains("not one line", Fault(_ => throw new InvalidDataException("a\nb")), StringComparison.Ordinal);
        Assert.Contains("not one line", Fault(_ => throw new InvalidDataException("a\u2028b")), StringComparison.Ordinal);
        Assert.Contains("0 characters", Fault(_ => throw new InvalidDataException("")), StringComparison.Ordinal);
        Assert.Contains("are allowed", Fault(_ => GC.KeepAlive(new byte[1 << 20])), StringComparison.Ordinal);
        Assert.Contains("are allowed", Fault(_ => { }, native: 1 << 20), StringComparison.Ordinal);
        Assert.Null(Fault(_ => throw new InvalidDataException("it is cut")));
        Assert.Null(Fault(_ => { }));
    }

    [Fact]
    public void A_reader_that_does_not_end_is_told_of()
    {
        using var told = new ManualResetEventSlim();
        byte[]? input = null;
        using var watchdog = new FuzzWatchdog(TimeSpan.FromMilliseconds(10), hanging => input = hanging, told.Set);
        watchdog.Begin([1, 2, 3]);
        told.Wait(TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], input);
    }

    [Fact]
    public void A_command_that_was_run_is_noticed()
    {
        using var foreign = new ForeignCode();
        Assert.Equal(0, foreign.Signs());
        File.WriteAllText(ForeignCode.Marker, "");
        Assert.Equal(1, foreign.Signs());
        File.Delete(ForeignCode.Marker);
    }

    private static object? Nothing() => null;

    private static string? Fault(Action<byte[]> read, long native = 0)
    {
        using var target = new PlantedTarget(read, native);
        return FuzzOutcome.Of(target, [1], GC.GetAllocatedBytesForCurrentThread).Fault;
    }

    private sealed class PlantedTarget(Action<byte[]> read, long native) : FuzzTarget
    {
        public override string Name => "planted";

        public override long Allowance(long length) => (16 << 10) + length;

        public override long Read(byte[] input)
        {
            read(input);
            return native;
        }

        protected override IEnumerable<byte[]> MakeCorpus() => [[1]];
    }
}
