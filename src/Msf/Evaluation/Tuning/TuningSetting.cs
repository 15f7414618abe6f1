namespace Msf.Evaluation;

/// <summary>Kinds of settings that a search varies, or leaves as they are.</summary>
public enum TuningSetting
{
    /// <summary>Steps of every stage.</summary>
    Steps,

    /// <summary>Solver of every stage.</summary>
    Solver,

    /// <summary>Scale and interval of the guidance of every stage.</summary>
    Guidance,

    /// <summary>How the steps of every stage are spread over time.</summary>
    Grid,

    /// <summary>Noise of the condition of the stages above the base.</summary>
    Condition,
}
