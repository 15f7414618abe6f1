using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>Fixed sine-cosine position codes for a grid of any size (Vaswani et al. 2017; layout of MAE and DiT).</summary>
public static class SinCosPositions
{
    /// <summary>Codes of a rows x columns grid: the first half of the width encodes the column, the second the row.</summary>
    /// <param name="rows">Patches along the height.</param>
    /// <param name="columns">Patches along the width.</param>
    /// <param name="width">Width D; divisible by 4.</param>
    /// <returns>Float32 codes on the CPU, (1, rows * columns, D), owned by the caller.</returns>
    /// <exception cref="ArgumentException">The width is not divisible by 4.</exception>
    public static Tensor Create(int rows, int columns, int width) =>
        Create(rows, columns, width, rows, columns, PositionScaling.Interpolation);

    /// <summary>Codes of a grid for a network that was trained on another.</summary>
    /// <param name="rows">Patches along the height.</param>
    /// <param name="columns">Patches along the width.</param>
    /// <param name="width">Width D; divisible by 4.</param>
    /// <param name="trainedRows">Patches along the height in training.</param>
    /// <param name="trainedColumns">Patches along the width in training.</param>
    /// <param name="scaling">What positions become where the grids differ, along each axis by itself.</param>
    /// <returns>As the other overload, whose codes they are on the trained grid, bit for bit.</returns>
    /// <exception cref="ArgumentException">The width is not divisible by 4.</exception>
    public static Tensor Create(int rows, int columns, int width, int trainedRows, int trainedColumns, PositionScaling scaling)
    {
        if (width < 4 || width % 4 != 0)
            throw new ArgumentException($"width is {width}; sine-cosine positions need a multiple of 4.", nameof(width));
        var (height, across) = (new PositionAxis(rows, trainedRows, scaling), new PositionAxis(columns, trainedColumns, scaling));
        var codes = new float[rows * columns * width];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var code = codes.AsSpan((row * columns + column) * width, width);
                Encode(across, column, code[..(width / 2)]);
                Encode(height, row, code[(width / 2)..]);
            }
        return tensor(codes, [1, rows * columns, width]);
    }

    /// <summary>sin(position w_i) in the first half, cos(position w_i) in the second, w_i = base^(-i / half).</summary>
    private static void Encode(PositionAxis axis, int place, Span<float> code)
    {
        var half = code.Length / 2;
        var (position, period) = (axis.Position(place), axis.Base(half));
        for (var i = 0; i < half; i++)
        {
            var angle = position / Math.Pow(period, (double)i / half);
            code[i] = (float)Math.Sin(angle);
            code[half + i] = (float)Math.Cos(angle);
        }
    }
}
