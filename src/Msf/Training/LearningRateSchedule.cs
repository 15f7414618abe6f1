namespace Msf.Training;

/// <summary>Course of the learning rate after the warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Stays at the configured rate.</summary>
    Constant,

    /// <summary>Falls along half a cosine to a fraction of the rate, zero by default, at the end of the run.</summary>
    Cosine,

    /// <summary>Falls with the square root of the images once a number of them is reached; needs no end (Karras et al. 2024, EDM2).</summary>
    InverseSquareRoot,
}
