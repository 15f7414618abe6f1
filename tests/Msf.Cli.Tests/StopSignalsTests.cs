using Msf.Checkpoints;

namespace Msf.Cli.Tests;

public sealed class StopSignalsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-signals-");

    private string Run => Path.Combine(_folder.FullName, "run");

    [Fact]
    public async Task One_signal_finishes_the_step_saves_and_says_how_to_go_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix signals");
        var cancellation = TestContext.Current.CancellationToken;
        using var msf = MsfProcess.Start(
            "train", "--config", "tiny", "--out", Run, "--max-images", "100000000", "--set", "training.checkpointEveryImages=1000000", "--set", "training.sampleEveryImages=0");
        await msf.SeeAsync("Ctrl+C saves and stops", cancellation);
        while (!File.Exists(Path.Combine(Run, "metrics.jsonl"))) await Task.Delay(10, cancellation);
        msf.Signal(MsfProcess.Terminate);
        var (code, output, errors) = await msf.EndAsync(cancellation);
        Assert.True(code == ExitCode.Done, string.Join(" / ", errors));
        Assert.Contains("msf: finishing this step and saving; once more stops at once.", errors);
        Assert.Contains($"go on with: msf train --resume --out {Run}", output, StringComparison.Ordinal);
        var checkpoint = Assert.Single(new CheckpointStore(Path.Combine(Run, "checkpoints"), 1).List());
        Assert.Empty(FolderDigests.FindProblems(checkpoint.Folder));

        // Without --config the run goes on with its own; what is set on top counts.
        var resumed = await CommandLineRun.Of("train", "--resume", "--out", Run, "--max-images", $"{checkpoint.Images + 1}", "--json");
        Assert.Equal(ExitCode.Done, resumed.Code);
        Assert.Contains($"\"images\": {checkpoint.Images + 32},", resumed.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MsfProcess.Interrupt, 130)]
    [InlineData(MsfProcess.Terminate, 143)]
    public async Task A_second_signal_ends_the_process_at_once(int second, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix signals");
        Assert.SkipWhen(MsfProcess.IgnoresInterrupt, "the tests were started with SIGINT ignored, and so is msf: run them in the foreground");
        var cancellation = TestContext.Current.CancellationToken;
        using var msf = MsfProcess.Start(                                                     // a step takes seconds, the second signal comes within milliseconds
            "train", "--config", "tiny", "--out", Run, "--max-images", "100000000", "--set", "training.batchSize=4096");
        await msf.SeeAsync("Ctrl+C saves and stops", cancellation);
        msf.Signal(MsfProcess.Interrupt);
        await msf.SeeAsync("once more stops at once", cancellation);
        msf.Signal(second);
        Assert.Equal(code, (await msf.EndAsync(cancellation)).Code);
        // Where the first signal met the end of a step, its checkpoint may have been whole in time; half of one there must not be.
        var checkpoints = new DirectoryInfo(Path.Combine(Run, "checkpoints"));
        var named = checkpoints.Exists ? checkpoints.GetDirectories().Where(folder => folder.Name.All(char.IsAsciiDigit)).ToArray() : [];
        Assert.All(named, folder => Assert.True(File.Exists(Path.Combine(folder.FullName, "digests.json"))));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
