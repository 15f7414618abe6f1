namespace Msf.Diffusion;

/// <summary>What a network predicts from x_t; <see cref="PredictionConversion"/> turns each into the others.</summary>
public enum PredictionKind
{
    /// <summary>The velocity of the path, v = alpha' x1 + sigma' eps.</summary>
    Velocity,

    /// <summary>The noise, eps.</summary>
    Noise,

    /// <summary>The data, x1.</summary>
    Data,
}
