using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Models;

/// <summary>
/// The positions of a network on grids of any size: on the trained one its own table as it is; on others, computed once a grid, the codes of
/// sine and cosine where the table holds those, else the table interpolated bicubically, as vision transformers do (Dosovitskiy et al. 2021,
/// section 3.2). Several threads may ask at once. A table must not change after another grid was asked for.
/// </summary>
/// <param name="config">The network.</param>
internal sealed class GridPositions(TransformerConfig config) : IDisposable
{
    /// <summary>Most grids to keep, the last ones used.</summary>
    public const int Most = 64;

    private const double TableRounding = 1e-2;                                                // of bfloat16 about 1
    private readonly int[] _trained = Patches.Grid(config.InputSize, config.PatchSize);
    private readonly RotaryPositions? _rotary = CreateRotary(config, Patches.Grid(config.InputSize, config.PatchSize), config.Block.PositionScaling);
    private readonly List<(Key Key, PlacedGrid Placed)> _known = [];                          // in the order of their last use
    private readonly Lock _gate = new();

    /// <summary>Turns on the trained grid; null where the network turns nothing.</summary>
    public RotaryPositions? Rotary => _rotary;

    /// <summary>What positions become on other grids.</summary>
    public PositionScaling Scaling { get; set; } = config.Block.PositionScaling;

    /// <summary>The codes of the trained grid that a network starts with.</summary>
    /// <returns>Float32, (1, N, D), on the CPU, owned by the caller.</returns>
    public Tensor InitialTable() => SinCosPositions.Create(_trained[0], _trained[1], config.Width);

    /// <summary>Gives the positions on a grid.</summary>
    /// <param name="table">The network's table on the trained grid, (1, N, D); of the trained grid what is given, and never kept.</param>
    /// <param name="grid">Patches along height and width.</param>
    /// <returns>Tensors of the type and device of the table, owned by it, by this, or by the caller's dispose scope.</returns>
    public PlacedGrid On(Tensor table, int[] grid)
    {
        if (grid.AsSpan().SequenceEqual(_trained)) return new PlacedGrid(grid, table, _rotary);
        lock (_gate)
        {
            var key = new Key(grid[0], grid[1], Scaling, table.dtype, table.device_type, table.device_index);
            var at = _known.FindIndex(entry => entry.Key == key);
            var placed = at >= 0 ? _known[at].Placed : Create(table, grid);
            if (at >= 0) _known.RemoveAt(at);
            _known.Add((key, placed));
            if (_known.Count > Most) Forget(0);
            return placed;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rotary?.Dispose();
        while (_known.Count > 0) Forget(_known.Count - 1);
    }

    private void Forget(int at)
    {
        _known[at].Placed.Codes.Dispose();
        _known[at].Placed.Rotary?.Dispose();
        _known.RemoveAt(at);
    }

    private PlacedGrid Create(Tensor table, int[] grid)
    {
        using var outside = inference_mode(false);                                            // what sampling makes, training may use
        using var noGrad = no_grad();
        return new PlacedGrid(grid, Codes(table, grid).DetachFromDisposeScope(), CreateRotary(config, grid, Scaling));
    }

    private static RotaryPositions? CreateRotary(TransformerConfig config, int[] grid, PositionScaling scaling) =>
        config.Block.Positions == PositionKind.Rotary
            ? new RotaryPositions(grid, config.Width / config.Heads, Patches.Grid(config.InputSize, config.PatchSize), scaling)
            : null;

    private Tensor Codes(Tensor table, int[] grid)
    {
        using var scope = NewDisposeScope();
        var codes = HoldsSineCosine(table)
            ? SinCosPositions.Create(grid[0], grid[1], config.Width, _trained[0], _trained[1], Scaling)
            : Interpolated(table, grid);
        return codes.to(table.dtype).to(table.device).MoveToOuterDisposeScope();
    }

    // Up to what the types of files and products round.
    private bool HoldsSineCosine(Tensor table)
    {
        using var scope = NewDisposeScope();
        return (table.cpu().to(ScalarType.Float32) - InitialTable()).abs().max().item<float>() <= TableRounding;
    }

    private Tensor Interpolated(Tensor table, int[] grid)
    {
        var planes = table.cpu().to(ScalarType.Float32).reshape(1, _trained[0], _trained[1], config.Width).permute(0, 3, 1, 2);  // (1, D, h, w)
        return nn.functional.interpolate(planes.contiguous(), [grid[0], grid[1]], mode: InterpolationMode.Bicubic, align_corners: false)
            .flatten(2).transpose(1, 2).contiguous();                                         // (1, N, D)
    }

    private readonly record struct Key(int Rows, int Columns, PositionScaling Scaling, ScalarType Type, TorchSharp.DeviceType Device, int DeviceIndex);
}
