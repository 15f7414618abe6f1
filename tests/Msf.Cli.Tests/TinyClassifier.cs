namespace Msf.Cli.Tests;

/// <summary>A classifier that the command line itself trained, for a moment, on synthetic shapes.</summary>
public sealed class TinyClassifier : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-classifier-");

    /// <summary>The run that made it.</summary>
    internal string Run => Path.Combine(_folder.FullName, "run");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() =>
        Assert.Equal(ExitCode.Done, (await CommandLineRun.Of("train", "--config", "classifier-tiny", "--out", Run, "--max-images", "512", "--set", "training.sampleEveryImages=0")).Code);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
