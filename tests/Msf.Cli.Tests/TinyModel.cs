namespace Msf.Cli.Tests;

/// <summary>A model folder that the command line itself trained, for a moment, on synthetic shapes.</summary>
public sealed class TinyModel : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-tiny-");

    /// <summary>Scratch folder, removed at the end.</summary>
    internal string Root => _folder.FullName;

    /// <summary>The run that made the model.</summary>
    internal string Run => Path.Combine(Root, "run");

    /// <summary>The model folder: two stages, 16 px, four classes.</summary>
    internal string Model => Path.Combine(Run, "model");

    /// <summary>What training printed.</summary>
    internal CommandLineRun Training { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => Training = await CommandLineRun.Of(
        "train", "--config", "tiny", "--out", Run, "--max-images", "256", "--set", "training.sampleEveryImages=128", "--json");

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
