using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>
/// Rotary positions over a grid of any number of axes (Su et al. 2021): neighbouring pairs of channels of queries and keys are turned by
/// angles in proportion to the token's place, so that their product depends on the difference of places alone. Every axis has an
/// equal share of the channels, in order (the layout of LightningDiT).
/// </summary>
public sealed class RotaryPositions : IDisposable
{
    private Tensor _turns;                                                                    // (N, d/2, 2): cosine and sine

    /// <summary>Computes the turns of a grid.</summary>
    /// <param name="grid">Tokens along every axis, the last one varying fastest in the sequence.</param>
    /// <param name="headSize">Channels d of a head; divisible by twice the number of axes.</param>
    /// <exception cref="ArgumentException">The head size does not fit the number of axes.</exception>
    public RotaryPositions(ReadOnlySpan<int> grid, int headSize) : this(grid, headSize, grid, PositionScaling.Interpolation)
    {
    }

    /// <summary>Computes the turns of a grid for a network that was trained on another; on the trained one they are those of the other constructor.</summary>
    /// <param name="grid">Tokens along every axis, the last one varying fastest in the sequence.</param>
    /// <param name="headSize">Channels d of a head; divisible by twice the number of axes.</param>
    /// <param name="trained">Tokens along every axis in training.</param>
    /// <param name="scaling">What positions become where the grids differ, along each axis by itself.</param>
    /// <exception cref="ArgumentException">The head size does not fit the number of axes, or the grids have another number of them.</exception>
    public RotaryPositions(ReadOnlySpan<int> grid, int headSize, ReadOnlySpan<int> trained, PositionScaling scaling)
    {
        if (grid.Length != trained.Length)
            throw new ArgumentException($"the grid has {grid.Length} axes, that of training {trained.Length}; they must be the same.", nameof(trained));
        if (!Fits(headSize, grid.Length))
            throw new ArgumentException($"a head has {headSize} channels; rotary positions over {grid.Length} axes need a multiple of {2 * grid.Length}.", nameof(headSize));
        var tokens = 1;
        foreach (var side in grid) tokens *= side;
        var (pairs, perAxis) = (headSize / 2, headSize / (2 * grid.Length));
        var turns = new float[tokens * headSize];
        for (var token = 0; token < tokens; token++)
        {
            var rest = token;
            for (var axis = grid.Length - 1; axis >= 0; axis--)
            {
                var places = new PositionAxis(grid[axis], trained[axis], scaling);
                var (position, period) = (places.Position(rest % grid[axis]), places.Base(perAxis));
                rest /= grid[axis];
                for (var i = 0; i < perAxis; i++)
                {
                    var (sine, cosine) = Math.SinCos(position * Math.Pow(period, -(double)i / perAxis));
                    var pair = token * pairs + axis * perAxis + i;
                    (turns[2 * pair], turns[2 * pair + 1]) = ((float)cosine, (float)sine);
                }
            }
        }
        using var outside = inference_mode(false);                                            // what sampling makes, training may use
        _turns = tensor(turns, [tokens, pairs, 2]).DetachFromDisposeScope();
    }

    /// <summary>Whether the channels of a head can be shared out between the axes in pairs.</summary>
    /// <param name="headSize">Channels of a head.</param>
    /// <param name="axes">Axes of the grid.</param>
    public static bool Fits(int headSize, int axes) => axes > 0 && headSize > 0 && headSize % (2 * axes) == 0;

    /// <summary>Turns queries or keys.</summary>
    /// <param name="x">Queries or keys, (..., N, d), floating point, in the order of the grid.</param>
    /// <returns>The same shape and type, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">There are not as many tokens as the grid has places, or the heads have another size.</exception>
    public Tensor Rotate(Tensor x)
    {
        var shape = x.shape;
        var (tokens, pairs) = (_turns.shape[0], _turns.shape[1]);
        if (shape.Length < 2 || shape[^2] != tokens || shape[^1] != 2 * pairs)
            throw new ArgumentException($"x is {ShapeGuard.Format(shape)}, expected (..., {tokens}, {2 * pairs}).", nameof(x));
        using var scope = NewDisposeScope();
        // A pair as a complex number, its turn as a product: one pass in float32, of which autograd keeps the turns alone.
        var numbers = x.to_type(promote_types(x.dtype, ScalarType.Float32))
            .reshape([.. shape[..^1], pairs, 2]).view_as_complex();                           // (..., N, d/2)
        return numbers.mul(Turns(x.device).view_as_complex()).view_as_real().reshape(shape).to_type(x.dtype)
            .MoveToOuterDisposeScope();                                                       // (..., N, d)
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    private Tensor Turns(Device device)
    {
        if (_turns.device_type == device.type && _turns.device.index == device.index) return _turns;
        using var outside = inference_mode(false);
        using var old = _turns;
        return _turns = old.to(device).DetachFromDisposeScope();
    }
}
