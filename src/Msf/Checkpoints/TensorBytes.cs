using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>Visits the memory of a contiguous CPU tensor in pieces, because a span holds at most 2 GiB.</summary>
internal static class TensorBytes
{
    private const long DefaultPieceBytes = 1L << 28;

    /// <summary>Receives one piece of a tensor's memory and its offset in bytes from the tensor's first.</summary>
    internal delegate void Visitor(Span<byte> piece, long offset);

    /// <summary>Calls <paramref name="visit"/> for consecutive pieces, which cover the tensor's memory.</summary>
    /// <param name="contiguous">The tensor.</param>
    /// <param name="visit">Reads or fills a piece.</param>
    /// <param name="pieceBytes">Largest piece in bytes, at least one element.</param>
    internal static void Visit(Tensor contiguous, Visitor visit, long pieceBytes = DefaultPieceBytes)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var flat = contiguous.view(-1);
        var step = pieceBytes / contiguous.ElementSize;
        for (long start = 0; start < flat.numel(); start += step)
        {
            using var piece = flat.slice(0, start, Math.Min(start + step, flat.numel()), 1);
            visit(piece.bytes, start * contiguous.ElementSize);
        }
    }

    /// <summary>Copies an array into a tensor.</summary>
    /// <param name="contiguous">The tensor, float32.</param>
    /// <param name="values">As many values as it has.</param>
    /// <param name="pieceBytes">Largest piece in bytes, at least one element.</param>
    internal static void Fill(Tensor contiguous, float[] values, long pieceBytes = DefaultPieceBytes) =>
        Visit(contiguous, (piece, offset) => values.AsSpan((int)(offset / sizeof(float)), piece.Length / sizeof(float)).CopyTo(MemoryMarshal.Cast<byte, float>(piece)), pieceBytes);
}
