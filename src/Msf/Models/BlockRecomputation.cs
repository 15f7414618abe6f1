using static TorchSharp.torch;

namespace Msf.Models;

/// <summary>
/// Trains a transformer in the memory of one block (activation checkpointing, Chen et al. 2016): the forward pass keeps the input of every
/// block and forgets the rest, the backward pass computes each block again before it goes through it. One more forward pass of
/// the blocks a step; the gradients are those of the ordinary way, bit for bit.
/// </summary>
/// <remarks>For one step: a forward pass, the loss's own backward, <see cref="Backward"/>, dispose.</remarks>
/// <param name="network">The network; gradients go to its parameters. Not disposed here.</param>
public sealed class BlockRecomputation(DiffusionTransformer network) : IDisposable
{
    private readonly Stack<(Func<Tensor, Tensor> Block, Tensor Input)> _blocks = new();       // inputs: leaves, (B, N, D)
    private Tensor? _tokens;                                                                  // what the embedders made, (B, N, D)
    private Tensor? _conditioning;                                                            // (B', D)
    private Tensor? _conditioningLeaf;
    private Tensor? _lastLeaf;                                                                // what the last block made, (B, N, D)

    /// <summary>As <see cref="DiffusionTransformer.Forward(Tensor, Tensor, Tensor, Tensor?, Tensor?, Tensor?)"/>, whose parameters and errors it has.</summary>
    /// <returns>Prediction, float32, owned by the caller's dispose scope; its graph ends at the output of the last block.</returns>
    /// <exception cref="InvalidOperationException">There was a forward pass before.</exception>
    public Tensor Forward(Tensor x, Tensor t, Tensor labels, Tensor? condition = null, Tensor? conditionTime = null, Tensor? augmentation = null)
    {
        using var scope = NewDisposeScope();
        var (tokens, conditioning, placed) = network.Embed(x, t, labels, condition, conditionTime, augmentation);
        _conditioning = conditioning.DetachFromDisposeScope();
        var leaf = _conditioningLeaf = Leaf(conditioning);
        var last = Through(tokens, network.Blocks.Select(block => (Func<Tensor, Tensor>)(input => block.ForwardWith(input, leaf, placed.Rotary))));
        return network.Unembed(last, leaf, placed.Grid).MoveToOuterDisposeScope();
    }

    /// <summary>The same for shifts, scales and gates that were made outside, whose gradients are theirs to take further.</summary>
    /// <param name="x">Noisy component, (B, C, H, W).</param>
    /// <param name="condition">Noised condition, (B, C_u, H, W), or null.</param>
    /// <param name="modulations">Of every block, (6, B, 1, D), and of the last layer, (2, B, 1, D); leaves.</param>
    /// <returns>As the other overload.</returns>
    internal Tensor Forward(Tensor x, Tensor? condition, Tensor[] modulations)
    {
        using var scope = NewDisposeScope();
        var placed = network.Place(x);
        var last = Through(
            network.Tokens(x, condition, placed), network.Blocks.Select((block, i) => (Func<Tensor, Tensor>)(input => block.Modulated(input, modulations[i].unbind(0), placed.Rotary))));
        return network.Unembed(last, modulations[^1].unbind(0), placed.Grid).MoveToOuterDisposeScope();
    }

    private Tensor Through(Tensor tokens, IEnumerable<Func<Tensor, Tensor>> blocks)
    {
        if (_tokens is not null) throw new InvalidOperationException("a recomputation is for one step; make another for the next.");
        _tokens = tokens.DetachFromDisposeScope();
        var input = Leaf(tokens);
        foreach (var block in blocks)
        {
            using var inner = NewDisposeScope();
            _blocks.Push((block, input));
            // With gradients on, though the graph is dropped at once: what runs must be what runs again, kernel for kernel.
            input = Leaf(block(input));
        }
        return _lastLeaf = input;
    }

    /// <summary>Goes on, after the loss's backward, from the last block's output down to the embedders.</summary>
    /// <exception cref="InvalidOperationException">The loss's backward has not run.</exception>
    public void Backward()
    {
        using var scope = NewDisposeScope();
        var gradient = _lastLeaf?.grad ?? throw new InvalidOperationException("the loss's backward comes first.");
        while (_blocks.TryPop(out var kept))
        {
            using var input = kept.Input;
            using (NewDisposeScope())
            {
                var output = kept.Block(input);
                autograd.backward([output], [gradient]);
            }
            gradient.Dispose();
            gradient = input.grad!;
        }
        if (_conditioning is null) autograd.backward([_tokens!], [gradient]);
        else autograd.backward([_tokens!, _conditioning], [gradient, _conditioningLeaf!.grad!]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, input) in _blocks) input.Dispose();
        _blocks.Clear();
        foreach (var tensor in new[] { _tokens, _conditioning, _conditioningLeaf, _lastLeaf }) tensor?.Dispose();
    }

    private static Tensor Leaf(Tensor x) => x.detach().requires_grad_().DetachFromDisposeScope();
}
