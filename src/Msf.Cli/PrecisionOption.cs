using System.CommandLine;
using Msf.Runtime;

namespace Msf.Cli;

/// <summary>The option <c>--precision</c>.</summary>
internal static class PrecisionOption
{
    /// <summary>Creates the option.</summary>
    /// <param name="byDefault">What holds where it is not given.</param>
    internal static Option<string> Create(string byDefault = "auto")
    {
        var option = new Option<string>("--precision")
        {
            Description = "Type of the products; auto takes the faster one on this machine.",
            DefaultValueFactory = _ => byDefault,
        };
        option.AcceptOnlyFromAmong("auto", "fp32", "bf16");
        return option;
    }

    /// <summary>Resolves the option's value.</summary>
    internal static ComputePrecision Resolve(string value) => value switch
    {
        "fp32" => ComputePrecision.Float32,
        "bf16" => ComputePrecision.BFloat16,
        _ => ComputePrecision.Auto,
    };
}
