using Msf.Runtime;

namespace Msf.Training;

/// <summary>Where a run keeps what.</summary>
public sealed class RunFolder
{
    /// <summary>Names the folder; nothing is created yet.</summary>
    public RunFolder(string path) => Root = Path.GetFullPath(path);

    /// <summary>The folder itself.</summary>
    public string Root { get; }

    /// <summary>Whether the folder already has something of a run.</summary>
    public bool HoldsRun => File.Exists(Config) || Directory.Exists(Checkpoints);

    /// <summary>The resolved configuration.</summary>
    public string Config => Path.Combine(Root, "config.json");

    /// <summary>Metrics, one JSON object a line.</summary>
    public string Metrics => Path.Combine(Root, "metrics.jsonl");

    /// <summary>Broken images that were met, one a line with the reason; absent where there are none.</summary>
    public string Broken => Path.Combine(Root, "broken.txt");

    /// <summary>Event files for TensorBoard.</summary>
    public string TensorBoard => Path.Combine(Root, "tensorboard");

    /// <summary>Sample sheets by images seen.</summary>
    public string Samples => Path.Combine(Root, "samples");

    /// <summary>The page to look at while it trains.</summary>
    public string Page => Path.Combine(Root, "index.html");

    /// <summary>Held while a process trains here.</summary>
    public string Lock => Path.Combine(Root, ".lock");

    /// <summary>Checkpoints by images seen.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>Snapshots of the averages tracked for a choice of width after training.</summary>
    public string Averages => Path.Combine(Root, "averages");

    /// <summary>Model folder with the averaged weights of the newest checkpoint.</summary>
    public string Model => Path.Combine(Root, "model");

    /// <summary>Autoencoder with the averaged weights of the newest checkpoint, of a run that trains one.</summary>
    public string Autoencoder => Path.Combine(Root, "autoencoder");

    /// <summary>Removes the unfinished files that a killed process left. Call it only where none is at work.</summary>
    public void Sweep()
    {
        AtomicFile.Sweep(Root);
        AtomicFile.Sweep(Samples);
        AtomicFolder.Sweep(Root);
        AtomicFolder.Sweep(Checkpoints);
        AtomicFolder.Sweep(Averages);
    }
}
