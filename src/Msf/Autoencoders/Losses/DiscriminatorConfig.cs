namespace Msf.Autoencoders;

/// <summary>A patch discriminator and the adversarial loss it gives (Isola et al. 2017; Esser et al. 2021, VQGAN).</summary>
public sealed record DiscriminatorConfig
{
    /// <summary>Weight of the adversarial loss, on top of the adaptive one; default 0.5.</summary>
    public double Weight { get; init; } = 0.5;

    /// <summary>
    /// Whether the weight is multiplied by the norm of the reconstruction loss's gradient at the decoder's last layer over that of the adversarial loss,
    /// at most <see cref="MostAdaptiveWeight"/> (Esser et al. 2021, eq. 7); default true.
    /// </summary>
    public bool AdaptiveWeight { get; init; } = true;

    /// <summary>Limit of the adaptive weight; default 10,000.</summary>
    public double MostAdaptiveWeight { get; init; } = 1e4;

    /// <summary>Images after which the discriminator begins, and with it the adversarial loss; default 0.</summary>
    public long StartImages { get; init; }

    /// <summary>Channels of its first layer; default 32.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Layers that halve the image, 1 to 5; default 2. Each verdict then sees a patch of 34 pixels; with 3 of 70.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Peak learning rate of the discriminator; null takes that of the autoencoder. Schedule and warm-up are those of the run.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!(Weight > 0 && double.IsFinite(Weight))) errors.Add($"weight is {Weight}, expected more than 0; leave discriminator out to train without");
        if (!(MostAdaptiveWeight > 0)) errors.Add($"mostAdaptiveWeight is {MostAdaptiveWeight}, expected more than 0");
        if (StartImages < 0) errors.Add($"startImages is {StartImages}, expected at least 0");
        if (Width < 1) errors.Add($"width is {Width}, expected at least 1");
        if (Layers is < 1 or > 5) errors.Add($"layers is {Layers}, expected 1 to 5");
        if (LearningRate is { } rate && !(rate > 0 && double.IsFinite(rate))) errors.Add($"learningRate is {rate}, expected more than 0");
        return errors;
    }
}
