using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// One vector that holds the parameters of a network: the network's own tensors become views of it, so an optimiser writes all of them at once.
/// </summary>
public sealed class ParameterBuffer : IDisposable
{
    /// <summary>Moves the parameters into a vector of their own type. The network must not be moved or cast afterwards.</summary>
    /// <param name="parameters">The parameters, all of one type and on one device.</param>
    public ParameterBuffer(FlatParameters parameters)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Values = cat([.. parameters.Parameters.Select(parameter => parameter.detach().flatten())]).DetachFromDisposeScope();
        Join(parameters);
    }

    /// <summary>Lets the parameters of another network be views of the same vector; their own values are lost.</summary>
    /// <param name="parameters">Parameters of the same names and shapes, of the same type and on the same device.</param>
    public void Join(FlatParameters parameters)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (parameter, value) in parameters.Parameters.Zip(parameters.Slices(Values))) parameter.set_(value);
    }

    /// <summary>The parameters, (P), in the order of <see cref="FlatParameters"/>; writing here changes the network.</summary>
    public Tensor Values { get; }

    /// <summary>Puts weights into the network, rounded to its type.</summary>
    /// <param name="weights">(P), float32.</param>
    public void Set(Tensor weights)
    {
        using var noGrad = no_grad();
        Values.copy_(weights);
    }

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
