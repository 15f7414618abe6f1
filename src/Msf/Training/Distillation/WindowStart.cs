namespace Msf.Training;

/// <summary>Where the points come from at which a teacher enters a window.</summary>
public enum WindowStart
{
    /// <summary>Real data, noised to the window's start (Yan et al. 2024, section 3.1).</summary>
    Data,

    /// <summary>
    /// The teacher's own way from noise, which is followed through all windows, so that a point costs no more. A guided teacher is not on its way where noised
    /// data are, and its student even less; from here it is seen where it will be used.
    /// </summary>
    Noise,
}
