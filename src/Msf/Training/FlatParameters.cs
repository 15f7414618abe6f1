using Msf.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Training;

/// <summary>
/// Moves the trainable parameters of a module to and from one float32 vector, so that optimiser and averages are a few
/// operations on a large tensor instead of hundreds on small ones.
/// </summary>
public sealed class FlatParameters
{
    private readonly (string Name, TorchSharp.Modules.Parameter Value)[] _parameters;

    /// <summary>Takes the trainable parameters of a module, in the order of their names.</summary>
    public FlatParameters(Module module) : this(module, _ => true) { }

    /// <summary>Takes some of the trainable parameters of a module, in the order of their names.</summary>
    /// <param name="module">The module.</param>
    /// <param name="holds">Which parameters, by name.</param>
    public FlatParameters(Module module, Func<string, bool> holds)
    {
        _parameters = [.. module.named_parameters().Where(p => p.parameter.requires_grad && holds(p.name))
            .OrderBy(p => p.name, StringComparer.Ordinal).Select(p => (p.name, p.parameter))];
        Length = _parameters.Sum(p => p.Value.numel());
    }

    /// <summary>Number of elements P.</summary>
    public long Length { get; }

    /// <summary>The parameters, in the order of the vector.</summary>
    internal IReadOnlyList<TorchSharp.Modules.Parameter> Parameters => [.. _parameters.Select(parameter => parameter.Value)];

    /// <summary>Names of the parameters, in the order of the vector.</summary>
    public IEnumerable<string> Names => _parameters.Select(parameter => parameter.Name);

    /// <summary>Concatenates the parameters.</summary>
    /// <returns>Float32 vector, (P), owned by the caller's dispose scope.</returns>
    public Tensor Gather()
    {
        using var scope = NewDisposeScope();
        return cat([.. _parameters.Select(p => p.Value.detach().to_type(ScalarType.Float32).flatten())]).MoveToOuterDisposeScope();
    }

    /// <summary>Concatenates the gradients; zeros where a parameter has none.</summary>
    /// <returns>Float32 vector, (P), owned by the caller's dispose scope.</returns>
    public Tensor GatherGradients()
    {
        using var scope = NewDisposeScope();
        var gradients = _parameters.Select(p => (p.Value.grad ?? zeros_like(p.Value)).flatten()).ToArray();
        return cat(gradients).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Forgets the gradients, so that the next backward pass writes instead of adding.</summary>
    public void ClearGradients()
    {
        foreach (var (_, parameter) in _parameters) parameter.grad = null;
    }

    /// <summary>Writes a vector back into the parameters, rounding to their type.</summary>
    /// <param name="vector">Float32, (P).</param>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public void Scatter(Tensor vector)
    {
        ShapeGuard.Require(vector, nameof(vector), Length);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (slice, (_, parameter)) in Slices(vector).Zip(_parameters)) parameter.copy_(slice);
    }

    /// <summary>Cuts a vector into named tensors of the parameters' shapes (views).</summary>
    /// <param name="vector">Float32, (P).</param>
    /// <returns>Tensors by the parameters' names, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public Dictionary<string, Tensor> Unflatten(Tensor vector)
    {
        ShapeGuard.Require(vector, nameof(vector), Length);
        return _parameters.Zip(Slices(vector)).ToDictionary(pair => pair.First.Name, pair => pair.Second);
    }

    /// <summary>The parts of a vector, (P), that belong to each parameter, in its shape (views).</summary>
    internal IEnumerable<Tensor> Slices(Tensor vector)
    {
        long offset = 0;
        foreach (var (_, parameter) in _parameters)
        {
            yield return vector.narrow(0, offset, parameter.numel()).view(parameter.shape);
            offset += parameter.numel();
        }
    }
}
