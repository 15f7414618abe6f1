namespace Msf.Modules;

/// <summary>What positions become on a grid that is not the one a network was trained on. On the trained grid all are the same.</summary>
public enum PositionScaling
{
    /// <summary>
    /// The trained extent is stretched over the grid along every axis, patch centres upon patch centres (position interpolation, Chen et al. 2023,
    /// arXiv 2306.15595; the default): every place is one that the network knows.
    /// </summary>
    Interpolation,

    /// <summary>Places go on counting beyond the trained extent: neighbours are as far apart as in training.</summary>
    Extrapolation,

    /// <summary>
    /// The base of the frequencies grows with the length along every axis, so that neighbours are told apart as in training and the slowest
    /// frequency covers the trained extent ("NTK-aware" scaling, bloc97 2023; Peng et al. 2023, arXiv 2309.00071, section 3.1).
    /// </summary>
    NtkAware,
}
