namespace Msf.Checkpoints;

/// <summary>Which official program trained a transformer.</summary>
public enum TransformerKind
{
    /// <summary>DiT: 1000 discrete steps, predicts noise.</summary>
    Dit,

    /// <summary>SiT: the linear path in continuous time, predicts the velocity.</summary>
    Sit,
}
