using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// Squared Euclidean distances of all pairs of two sets, block by block, in float32 by |x|² + |y|² - 2 x·y. Both are taken relative to one centre first: what they have in common
/// would cost digits.
/// </summary>
internal static class DistanceBlocks
{
    /// <summary>Rows and columns of a block: 16 MB of distances.</summary>
    public const long Side = 2048;

    /// <summary>Receives a block, owned by a dispose scope that ends with the call.</summary>
    /// <param name="row">Its first row.</param>
    /// <param name="column">Its first column.</param>
    /// <param name="squared">(rows, columns), 0 and above.</param>
    public delegate void Visitor(long row, long column, Tensor squared);

    /// <summary>Visits all blocks, those of the first rows first.</summary>
    /// <param name="x">(N, D), any type.</param>
    /// <param name="y">(M, D), on the same device.</param>
    /// <param name="centre">(D), float32.</param>
    /// <param name="visit">Takes a block.</param>
    /// <param name="cancellation">Looked at before each.</param>
    public static void Visit(Tensor x, Tensor y, Tensor centre, Visitor visit, CancellationToken cancellation = default)
    {
        ShapeGuard.Require(y, "y", -1, x.shape[1]);
        using var noGrad = no_grad();
        for (long row = 0; row < x.shape[0]; row += Side)
        {
            using var scope = NewDisposeScope();
            var (left, leftNorms) = Block(x, row, centre);
            for (long column = 0; column < y.shape[0]; column += Side)
            {
                cancellation.ThrowIfCancellationRequested();
                using var inner = NewDisposeScope();
                var (right, rightNorms) = Block(y, column, centre);
                var squared = left.mm(right.t());                                            // (rows, columns)
                squared.MultiplyInPlace(-2);
                squared.AddInPlace(leftNorms.unsqueeze(1));
                squared.AddInPlace(rightNorms);
                squared.relu_();
                visit(row, column, squared);
            }
        }
    }

    /// <summary>Mean of rows, (D), float32, owned by the caller's dispose scope.</summary>
    public static Tensor Centre(Tensor x)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var sum = zeros([x.shape[1]], ScalarType.Float64, x.device);
        for (long row = 0; row < x.shape[0]; row += Side)
        {
            using var inner = NewDisposeScope();
            sum.AddInPlace(x.narrow(0, row, Math.Min(Side, x.shape[0] - row)).to(ScalarType.Float64).sum([0]));
        }
        return sum.Times(1.0 / x.shape[0]).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static (Tensor Rows, Tensor Norms) Block(Tensor x, long first, Tensor centre)
    {
        var rows = x.narrow(0, first, Math.Min(Side, x.shape[0] - first)).to(ScalarType.Float32).sub(centre);
        return (rows, rows.Squared().sum(1));
    }
}
