using System.Text.RegularExpressions;
using Msf.Runtime;

namespace Msf.Server;

/// <summary>What an application serves, and how. Members can be bound from a configuration section.</summary>
public partial record MsfOptions
{
    /// <summary>Folder of the model that requests without a name get. It must be given.</summary>
    public string Model { get; set; } = "";

    /// <summary>Folder whose sub-folders are models on offer too; null for none. No request can make the server load anything else.</summary>
    public string? Models { get; set; }

    /// <summary>Folder of the gallery; made where it is missing. One application at a time. Default msf/gallery in the user's data folder.</summary>
    public string Gallery { get; set; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "msf", "gallery");

    /// <summary>Folder whose sub-folders are training runs to look at; null for none.</summary>
    public string? Runs { get; set; }

    /// <summary>Whether the web page (<c>/</c>, <c>/train</c>, <c>/docs</c>) is served beside the interface for programs. Default true.</summary>
    public bool Page { get; set; } = true;

    /// <summary>Type of the products. Default auto.</summary>
    public ComputePrecision Precision { get; set; } = ComputePrecision.Auto;

    /// <summary>Where to compute, <c>cpu</c> or <c>cuda[:i]</c>. Default cpu.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>Limits.</summary>
    public ServerLimits Limits { get; set; } = new();

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public virtual IReadOnlyList<string> Validate()
    {
        var errors = new List<string>(Limits.Validate());
        if (string.IsNullOrWhiteSpace(Model)) errors.Add("there is no model; set Model to a model folder, for example RUN/model of a training run");
        if (string.IsNullOrWhiteSpace(Gallery)) errors.Add("the gallery's folder is empty; set Gallery to a folder for the images, or leave it out");
        if (!DeviceName().IsMatch(Device)) errors.Add($"the device is \"{Device}\", expected cpu, cuda or cuda:i");
        return errors;
    }

    /// <summary>Sets the options of another to these.</summary>
    internal void CopyTo(MsfOptions other)
    {
        foreach (var member in typeof(MsfOptions).GetProperties().Where(member => member.CanWrite)) member.SetValue(other, member.GetValue(this));
    }

    [GeneratedRegex(@"^(cpu|cuda(:[0-9]{1,3})?)\z")]
    private static partial Regex DeviceName();
}
