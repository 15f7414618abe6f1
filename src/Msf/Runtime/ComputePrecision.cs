using System.Diagnostics.CodeAnalysis;

namespace Msf.Runtime;

/// <summary>The number format that networks compute in. Master weights are float32 always.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The members are number formats; these are their names.")]
public enum ComputePrecision
{
    /// <summary>The faster of the two on this machine, found by a short measurement.</summary>
    Auto,

    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>16-bit floating point with float32's range and 8 bits of precision.</summary>
    BFloat16,
}
