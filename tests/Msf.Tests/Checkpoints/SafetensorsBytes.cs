using System.Buffers.Binary;
using System.Text;

namespace Msf.Tests.Checkpoints;

/// <summary>Safetensors files put together by hand, independently of the writer under test.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, int dataLength) => Of(Encoding.UTF8.GetBytes(header), new byte[dataLength]);

    public static byte[] Of(byte[] header, byte[] data)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return [.. prefix, .. header, .. data];
    }
}
