using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>Cuts images into a sequence of square patches and puts them together again.</summary>
public static class Patches
{
    /// <summary>Number of patches along each spatial dimension.</summary>
    /// <param name="spatialSize">Sizes in pixels, for example (H, W).</param>
    /// <param name="patchSize">Side of a patch in pixels; must divide every size.</param>
    /// <exception cref="ArgumentException">A size is not divisible by the patch size.</exception>
    public static int[] Grid(ReadOnlySpan<int> spatialSize, int patchSize)
    {
        var grid = new int[spatialSize.Length];
        for (var i = 0; i < grid.Length; i++)
        {
            if (patchSize < 1 || spatialSize[i] < 1 || spatialSize[i] % patchSize != 0)
                throw new ArgumentException(
                    $"spatial size {string.Join("x", spatialSize.ToArray())} is not divisible by patch size {patchSize}; crop, pad or choose another patch size.",
                    nameof(spatialSize));
            grid[i] = spatialSize[i] / patchSize;
        }
        return grid;
    }

    /// <summary>Cuts images into patches, row by row; inside a patch the order is (channel, row, column).</summary>
    /// <param name="x">Images, (B, C, H, W).</param>
    /// <param name="patchSize">Side p of a patch; must divide H and W.</param>
    /// <returns>Patches, (B, N, C p p), owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The rank is wrong, or H or W is not divisible by p.</exception>
    public static Tensor Split(Tensor x, int patchSize)
    {
        ShapeGuard.Require(x, nameof(x), -1, -1, -1, -1);
        using var scope = NewDisposeScope();
        var (b, c, p) = (x.shape[0], x.shape[1], patchSize);
        var grid = Grid([(int)x.shape[2], (int)x.shape[3]], p);
        return x.reshape(b, c, grid[0], p, grid[1], p)       // (B, C, h, p, w, p)
            .permute(0, 2, 4, 1, 3, 5)                       // (B, h, w, C, p, p)
            .reshape(b, grid[0] * grid[1], c * p * p)        // (B, N, C p p)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Puts patches together; inside a patch the order is (row, column, channel), as DiT's final layer writes them.</summary>
    /// <param name="tokens">Patches, (B, N, p p C).</param>
    /// <param name="grid">Patches along height and width; their product is N.</param>
    /// <param name="patchSize">Side p of a patch.</param>
    /// <returns>Images, (B, C, H, W), owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The tokens are not as many as the grid has places, or their width is no multiple of p p.</exception>
    public static Tensor Join(Tensor tokens, ReadOnlySpan<int> grid, int patchSize)
    {
        ShapeGuard.Require(tokens, nameof(tokens), -1, (long)grid[0] * grid[1], -1);
        if (patchSize < 1 || tokens.shape[2] % (patchSize * patchSize) != 0)
            throw new ArgumentException(
                $"tokens are {tokens.shape[2]} wide, expected a multiple of {patchSize} x {patchSize}, the size of a patch.", nameof(tokens));
        using var scope = NewDisposeScope();
        var (b, p) = (tokens.shape[0], patchSize);
        var c = tokens.shape[2] / (p * p);
        return tokens.reshape(b, grid[0], grid[1], p, p, c)  // (B, h, w, p, p, C)
            .permute(0, 5, 1, 3, 2, 4)                       // (B, C, h, p, w, p)
            .reshape(b, c, grid[0] * p, grid[1] * p)         // (B, C, H, W)
            .MoveToOuterDisposeScope();
    }
}
