using System.Formats.Tar;
using System.Text;

namespace Msf.Tests.Data;

/// <summary>Writes tar archives with the framework's own writer.</summary>
internal static class TarSets
{
    /// <summary>Writes members in the order given.</summary>
    public static void Write(string path, TarEntryFormat format, params (string Name, byte[] Bytes)[] members)
    {
        using var writer = new TarWriter(File.Create(path), format);
        foreach (var (name, bytes) in members) writer.WriteEntry(Entry(format, name, bytes));
    }

    /// <summary>Writes members in ustar format.</summary>
    public static void Write(string path, params (string Name, byte[] Bytes)[] members) => Write(path, TarEntryFormat.Ustar, members);

    /// <summary>Pictures 0, 1, ... with a number as class each.</summary>
    public static void WriteNumbered(string path, params int[] labels) => Write(path, [.. labels.SelectMany((label, i) => new[]
    {
        ($"{i:000}.png", ParquetSets.Picture(i)),
        ($"{i:000}.cls", Text($"{label}\n")),
    })]);

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static TarEntry Entry(TarEntryFormat format, string name, byte[] bytes)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
            _ => new UstarTarEntry(TarEntryType.RegularFile, name),
        };
        entry.DataStream = new MemoryStream(bytes);
        return entry;
    }
}
