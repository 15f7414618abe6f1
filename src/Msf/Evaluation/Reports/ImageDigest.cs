using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Msf.Evaluation;

/// <summary>
/// Identifies the images of a set whatever their order and the batches they came in: the sum of the SHA-256 of every image, modulo 2^256. It tells sets apart that differ by accident; nobody is
/// kept from making two of the same digest.
/// </summary>
internal sealed class ImageDigest
{
    private static readonly BigInteger _modulus = BigInteger.One << 256;
    private BigInteger _sum;

    /// <summary>The digest, 64 lower-case hexadecimal digits; set to go on from one.</summary>
    public string Text
    {
        get => _sum.ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(64, '0');
        set => _sum = BigInteger.Parse($"0{value}", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>Adds a batch.</summary>
    /// <param name="batch">Its images.</param>
    /// <param name="labels">Their classes; empty where they have none.</param>
    public void Add(LevelBatch batch, ReadOnlySpan<int> labels)
    {
        var size = batch.Levels.Length / batch.Count;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < batch.Count; i++)
        {
            foreach (var number in new[] { batch.Height, batch.Width, labels.IsEmpty ? -1 : labels[i] }) sha.AppendData(BitConverter.GetBytes(number));
            sha.AppendData(batch.Levels, i * size, size);
            sha.GetHashAndReset(hash);
            _sum = (_sum + new BigInteger(hash, isUnsigned: true)) % _modulus;
        }
    }
}
