using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public class TensorBytesTests
{
    [Theory]
    [InlineData(8, 7)]
    [InlineData(24, 3)]
    [InlineData(1 << 20, 1)]
    public void Pieces_cover_a_tensor_in_order_and_once(int pieceBytes, int pieces)
    {
        using var tensor = arange(7, ScalarType.Int64);
        var seen = new List<byte>();
        var count = 0;
        TensorBytes.Visit(tensor, (piece, offset) =>
        {
            Assert.Equal(seen.Count, offset);
            seen.AddRange(piece);
            count++;
        }, pieceBytes);
        Assert.Equal(pieces, count);
        Assert.Equal(tensor.bytes.ToArray(), seen);
    }

    [Fact]
    public void Filling_the_pieces_fills_the_tensor()
    {
        using var tensor = zeros(2, 5, dtype: ScalarType.Byte);
        TensorBytes.Visit(tensor, (piece, offset) =>
        {
            for (var i = 0; i < piece.Length; i++) piece[i] = (byte)(offset + i);
        }, pieceBytes: 4);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (byte)i), tensor.data<byte>().ToArray());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(1 << 20)]
    public void An_array_fills_a_tensor_whatever_the_pieces(int pieceBytes)
    {
        using var tensor = zeros(2, 5);
        float[] values = [.. Enumerable.Range(0, 10).Select(i => i + 0.5f)];
        TensorBytes.Fill(tensor, values, pieceBytes);
        Assert.Equal(values, tensor.data<float>().ToArray());
    }

    [Fact]
    public void An_empty_tensor_has_no_pieces()
    {
        using var tensor = zeros(0, 3);
        TensorBytes.Visit(tensor, (_, _) => Assert.Fail("a piece of nothing"));
    }
}
