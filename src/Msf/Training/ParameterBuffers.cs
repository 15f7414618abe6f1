using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// One vector that holds the parameters of a network, and one that receives their gradients: the network's own tensors become views of
/// them. Optimisers then work on two vectors, nothing is gathered or scattered, and no gradient is allocated in a step.
/// </summary>
public sealed class ParameterBuffers : IDisposable
{
    /// <summary>Moves the parameters into a vector of their own type. The network must not be moved or cast afterwards.</summary>
    /// <param name="parameters">The parameters, all of one type and on one device.</param>
    public ParameterBuffers(FlatParameters parameters)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var all = parameters.Parameters;
        Values = cat([.. all.Select(parameter => parameter.detach().flatten())]).DetachFromDisposeScope();
        foreach (var (parameter, value) in all.Zip(parameters.Slices(Values))) parameter.set_(value);
        Gradients = GiveGradients(parameters);
    }

    /// <summary>Gives the gradients of parameters one vector, where a backward pass adds to them.</summary>
    /// <param name="parameters">The parameters, all of one type and on one device.</param>
    /// <returns>(P), of the parameters' type, zeros; owned by the caller.</returns>
    internal static Tensor GiveGradients(FlatParameters parameters)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var all = parameters.Parameters;
        var gradients = zeros(parameters.Length, all[0].dtype, all[0].device).DetachFromDisposeScope();
        foreach (var (parameter, gradient) in all.Zip(parameters.Slices(gradients))) parameter.grad = gradient;
        return gradients;
    }

    /// <summary>The parameters, (P), in the order of <see cref="FlatParameters"/>; writing here changes the network.</summary>
    public Tensor Values { get; }

    /// <summary>The gradients, (P); a backward pass adds to them.</summary>
    public Tensor Gradients { get; }

    /// <summary>Puts weights into the network, rounded to its type.</summary>
    /// <param name="weights">(P), float32.</param>
    public void Set(Tensor weights)
    {
        using var noGrad = no_grad();
        Values.copy_(weights);
    }

    /// <summary>Sets the gradients to zero, for the next backward pass.</summary>
    public void ClearGradients() => Gradients.zero_();

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        Gradients.Dispose();
    }
}
