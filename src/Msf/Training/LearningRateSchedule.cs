namespace Msf.Training;

/// <summary>Course of the learning rate after the warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Stays at the configured rate.</summary>
    Constant,

    /// <summary>Falls along half a cosine to zero at the end of the run.</summary>
    Cosine,
}
