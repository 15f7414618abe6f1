using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>A TorchScript file that is somebody else's program: every way in which it fails becomes one line.</summary>
internal sealed class ScriptedNetwork : IDisposable
{
    private readonly jit.ScriptModule _network;

    private ScriptedNetwork(string path, jit.ScriptModule network, Device device) => (Path, _network, Device) = (path, network, device);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    /// <summary>Loads a file for inference.</summary>
    /// <exception cref="InvalidDataException">It is no TorchScript file.</exception>
    public static ScriptedNetwork Load(string path, Device device)
    {
        Libtorch.Initialize();
        jit.ScriptModule network;
        try
        {
            network = jit.load(path, device.type, device.index);
        }
        catch (ExternalException e)
        {
            throw new InvalidDataException($"{path} is no TorchScript file that this libtorch reads ({OneLine(e)}); export the network with torch.jit.", e);
        }
        network.eval();
        return new ScriptedNetwork(path, network, device);
    }

    /// <summary>How a call is written, for messages.</summary>
    public static string Call(FeatureOutput output) =>
        $"forward({string.Join(", ", ["images", .. output.Arguments.Select(flag => flag ? "True" : "False")])})";

    /// <summary>Calls the network.</summary>
    /// <returns>A tensor, or a tuple or list of them, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidDataException">It fails.</exception>
    public object Forward(Tensor input, FeatureOutput output)
    {
        try
        {
            return _network.CallWithFlags(input, output.Arguments);
        }
        catch (Exception e) when (IsForeign(e))
        {
            throw Unusable($"{Call(output)} fails or gives no tensor: {OneLine(e)}", e);
        }
    }

    /// <summary>The tensor of a result that is asked for.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public Tensor Member(object result, FeatureOutput output) => (result, output.Index) switch
    {
        (Tensor tensor, null) => tensor,
        (ITuple tuple, { } index) when index < tuple.Length && tuple[index] is Tensor tensor => tensor,
        (System.Collections.IList list, { } index) when index < list.Count && list[index] is Tensor tensor => tensor,
        (ITuple or System.Collections.IList, null) => throw Unusable($"{Call(output)} gives several values; say which by index in its manifest"),
        (Tensor, { } index) => throw Unusable($"{Call(output)} gives one tensor, and no member {index} of several; leave index out of its manifest"),
        (_, null) => throw Unusable($"{Call(output)} fails or gives no tensor: it gives {result?.GetType().Name ?? "nothing"}"),
        (_, { } index) => throw Unusable($"{Call(output)} gives no tensor at index {index}"),
    };

    /// <summary>One line that says why the network cannot be used.</summary>
    public InvalidDataException Unusable(string why, Exception? inner = null) => new($"{Path} is not a usable feature network: {why}.", inner);

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private static bool IsForeign(Exception e) => e is ExternalException or InvalidCastException or InvalidOperationException or NotImplementedException or NotSupportedException;

    // libtorch explains over many lines, the last of which names the fault.
    private static string OneLine(Exception e)
    {
        var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return PrintableText.Of(lines.FirstOrDefault(line => line.Contains("Error: ", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "no reason given");
    }
}
