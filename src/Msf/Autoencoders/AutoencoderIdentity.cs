using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>Names an autoencoder by what it computes.</summary>
internal static class AutoencoderIdentity
{
    private const long PieceElements = 1L << 24;

    /// <summary>SHA-256 of the configuration and of every weight as float32, in ordinal order of the keys; the same whatever type a file stores.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="network">The weights, or null.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    internal static string Of(AutoencoderConfig config, nn.Module? network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Text(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        Text(JsonSerializer.Serialize(config, JsonFormat.Line));
        foreach (var (name, tensor) in (network?.state_dict() ?? []).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            Text($"{name} {ShapeGuard.Format(tensor.shape)}");
            var flat = tensor.detach().cpu().to_type(ScalarType.Float32).contiguous().view(-1);
            for (long start = 0; start < flat.numel(); start += PieceElements)
            {
                using var piece = flat.slice(0, start, Math.Min(start + PieceElements, flat.numel()), 1);
                hash.AppendData(piece.bytes);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
