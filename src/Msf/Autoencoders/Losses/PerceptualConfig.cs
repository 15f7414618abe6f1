namespace Msf.Autoencoders;

/// <summary>A loss in the features of a trained network (Johnson et al. 2016; Zhang et al. 2018), see <see cref="PerceptualDistance"/>.</summary>
public sealed record PerceptualConfig
{
    /// <summary>TorchScript file whose <c>forward(images in 0..255, true)</c> gives features, (B, F) or (B, F, h, w).</summary>
    public required string File { get; init; }

    /// <summary>Weight of the distance; default 0.1.</summary>
    public double Weight { get; init; } = 0.1;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. string.IsNullOrWhiteSpace(File) ? new[] { "file is empty; name a TorchScript file of features" } : [],
        .. Weight > 0 && double.IsFinite(Weight) ? [] : new[] { $"weight is {Weight}, expected more than 0; leave perceptual out to train without" },
    ];
}
