using System.Formats.Tar;
using System.Text;

namespace Msf.Fuzzing;

/// <summary>Writes tar archives without the time of day, and signs damaged ones again.</summary>
internal static class TarBytes
{
    private const int Block = 512;

    public static byte[] Of(TarEntryFormat format, params (string Name, byte[] Bytes)[] members)
    {
        using var file = new MemoryStream();
        using (var writer = new TarWriter(file, format, leaveOpen: true))
            foreach (var (name, bytes) in members)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name, [new("comment", "made for tests")]),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                    _ => new UstarTarEntry(TarEntryType.RegularFile, name),
                };
                entry.ModificationTime = DateTimeOffset.UnixEpoch;
                if (entry is GnuTarEntry gnu) (gnu.AccessTime, gnu.ChangeTime) = (DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
                entry.DataStream = new MemoryStream(bytes);
                writer.WriteEntry(entry);
            }
        return file.ToArray();
    }

    /// <summary>Gives every block that begins like a header the checksum of its bytes: of a size, an octal number, in its place.</summary>
    public static byte[] Sign(byte[] file)
    {
        for (var at = 0; at + Block <= file.Length; at += Block)
        {
            var header = file.AsSpan(at, Block);
            if (!header.Slice(148, 7).ContainsAnyInRange((byte)'0', (byte)'7')) continue;
            header.Slice(148, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var value in header) sum += value;
            Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
        }
        return file;
    }
}
