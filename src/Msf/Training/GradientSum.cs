using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Msf.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// Sums the gradients that the shares of a batch left at the parameters of their networks into one vector, in one pass that also gives its norm. A
/// backward pass that finds no gradient leaves its own there instead of adding it to one, so nothing is cleared and nothing added in between.
/// </summary>
internal sealed unsafe class GradientSum
{
    private const long Piece = 1 << 14;
    private readonly Parameter[][] _shares;                                                   // [share][parameter], in the order of the vector
    private readonly (int Parameter, long Offset, long Start, long Count)[] _pieces;          // offset in the parameter, start in the vector

    /// <summary>Takes networks of one architecture.</summary>
    /// <param name="networks">The parameters of each, of one type and on one device.</param>
    internal GradientSum(IEnumerable<FlatParameters> networks) : this(networks.Select(network => network.Parameters)) { }

    /// <summary>Takes networks of one architecture.</summary>
    /// <param name="networks">The parameters of each, of one type and on one device, in the order of the vector.</param>
    internal GradientSum(IEnumerable<IEnumerable<Parameter>> networks)
    {
        _shares = [.. networks.Select(network => network.ToArray())];
        var pieces = new List<(int, long, long, long)>();
        long start = 0;
        for (var i = 0; i < _shares[0].Length; i++)
        {
            var length = _shares[0][i].numel();
            for (long offset = 0; offset < length; offset += Piece) pieces.Add((i, offset, start + offset, Math.Min(Piece, length - offset)));
            start += length;
        }
        _pieces = [.. pieces];
    }

    /// <summary>Writes the sum, or adds it to what was there, in float32 arithmetic, rounded once a share.</summary>
    /// <param name="to">Of the networks' type, or float32; (P), contiguous.</param>
    /// <param name="add">Whether to add.</param>
    /// <returns>The Euclidean norm of what stands there then, summed in float64 over pieces of fixed length; not finite where an element is not.</returns>
    internal double Into(Tensor to, bool add)
    {
        if (to.device_type != DeviceType.CPU) return IntoByOperations(to, add);
        var gradients = _shares.Select(share => share.Select(parameter => parameter.grad).ToArray()).ToArray();
        var sources = gradients.Select(share => share.Select(gradient => gradient is null ? 0 : TensorMemory.Address(gradient)).ToArray()).ToArray();
        var (address, whole, half) = (TensorMemory.Address(to), to.dtype == ScalarType.BFloat16, _shares[0][0].dtype == ScalarType.BFloat16);
        var squares = new double[_pieces.Length];
        ThreadTeam.For(_pieces.Length, 1, (first, last) =>
        {
            for (var i = first; i < last; i++) squares[i] = Sum(_pieces[i], sources, half, address, whole, add);
        });
        foreach (var gradient in gradients.SelectMany(share => share)) gradient?.Dispose();
        return Math.Sqrt(squares.Sum());
    }

    /// <summary>Forgets the gradients, so that the next backward pass leaves its own.</summary>
    internal void Clear()
    {
        foreach (var share in _shares)
            foreach (var parameter in share) parameter.grad = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(
        (int Parameter, long Offset, long Start, long Count) piece, nint[][] sources, bool half, nint to, bool toHalf, bool add)
    {
        var (low, high) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var vectors = piece.Count / HalfWidth.Step * HalfWidth.Step;
        for (long i = 0; i < vectors; i += HalfWidth.Step)
        {
            var (a, b) = add ? HalfWidth.Read(to, toHalf, piece.Start + i) : (Vector512<float>.Zero, Vector512<float>.Zero);
            foreach (var share in sources)
            {
                if (share[piece.Parameter] == 0) continue;
                var (c, d) = HalfWidth.Read(share[piece.Parameter], half, piece.Offset + i);
                (a, b) = (a + c, b + d);
            }
            HalfWidth.Write(to, toHalf, piece.Start + i, a, b);
            (low, high) = (low + a * a, high + b * b);
        }
        double total = Vector512.Sum(low + high);
        for (var i = vectors; i < piece.Count; i++)
        {
            var sum = add ? ReadOne(to, toHalf, piece.Start + i) : 0;
            foreach (var share in sources)
                if (share[piece.Parameter] != 0) sum += ReadOne(share[piece.Parameter], half, piece.Offset + i);
            if (toHalf) ((ushort*)to)[piece.Start + i] = HalfWidth.Round(sum);
            else ((float*)to)[piece.Start + i] = sum;
            total += (double)sum * sum;
        }
        return total;
    }

    private static float ReadOne(nint array, bool half, long i) => half ? HalfWidth.Load(((ushort*)array)[i]) : ((float*)array)[i];

    private double IntoByOperations(Tensor to, bool add)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (!add) to.zero_();
        foreach (var share in _shares)
            to.AddInPlace(cat([.. share.Select(parameter => (parameter.grad ?? zeros_like(parameter)).flatten())]).to_type(to.dtype));
        return to.to_type(ScalarType.Float32).norm().item<float>();
    }
}
