using System.CommandLine;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Cli;

/// <summary>The option <c>--device</c>.</summary>
internal static class DeviceOption
{
    /// <summary>Creates the option.</summary>
    internal static Option<string> Create() =>
        new("--device") { Description = "cpu or cuda[:i].", DefaultValueFactory = _ => "cpu", HelpName = "DEVICE" };

    /// <summary>Resolves a device's name.</summary>
    /// <exception cref="UsageException">The name is unknown, or there is no such device.</exception>
    internal static Device Resolve(string name)
    {
        if (name == "cpu") return CPU;
        var index = name == "cuda" ? 0 : name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name[5..], out var i) ? i : -1;
        if (index < 0) throw new UsageException($"device is \"{name}\"; expected cpu, cuda or cuda:i.");
        var count = cuda.is_available() ? cuda.device_count() : 0;
        if (index >= count) throw new UsageException($"there is no device {name} here ({count} CUDA devices); msf doctor lists what there is.");
        return torch.device(DeviceType.CUDA, index);
    }
}
