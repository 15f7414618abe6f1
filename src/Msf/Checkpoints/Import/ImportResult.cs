namespace Msf.Checkpoints;

/// <summary>What an import did.</summary>
/// <param name="Source">The file that was read; of two, separated by a comma.</param>
/// <param name="Layout">Where in a training checkpoint the weights were (<c>ema</c>, <c>model</c>); empty for a plain state.</param>
/// <param name="Name">Name of the model.</param>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Parameters">Numbers in them.</param>
/// <param name="Folder">The folder that was written.</param>
public sealed record ImportResult(string Source, string Layout, string Name, int Tensors, long Parameters, string Folder)
{
    /// <summary>Of an autoencoder, diffusion sees (z - shift) scale; else null.</summary>
    public double? Scale { get; init; }

    /// <summary>Of an autoencoder, diffusion sees (z - shift) scale; else null.</summary>
    public double? Shift { get; init; }

    /// <summary>Who says what scale and shift are, which weights do not tell: the configuration, the file, a model of this architecture, nobody.</summary>
    public string? ScaleOrigin { get; init; }
}
