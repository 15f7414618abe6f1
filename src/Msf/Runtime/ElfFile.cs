using System.Buffers.Binary;

namespace Msf.Runtime;

/// <summary>Looks at an ELF library before the dynamic loader does, which ends the process on a file that was cut short.</summary>
internal static class ElfFile
{
    private const int Header = 64, ProgramHeader = 56;
    private const uint Loaded = 1; // PT_LOAD

    /// <summary>Requires every part that would be mapped into memory to be in the file.</summary>
    /// <param name="path">A 64-bit little-endian ELF library.</param>
    /// <exception cref="InvalidDataException">It is something else, or is cut short.</exception>
    internal static void RequireWhole(string path)
    {
        using var file = File.OpenRead(path);
        var header = Read(file, 0, Header);
        if (!header.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException($"{path} is not a 64-bit ELF library");
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(0x36)), count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(0x38));
        if (size != ProgramHeader) throw new InvalidDataException($"{path} has no program headers");
        var table = Read(file, BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(0x20)), count * ProgramHeader);
        for (var at = 0; at < table.Length; at += ProgramHeader)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(at)) != Loaded) continue;
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(at + 8)), bytes = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(at + 32));
            if (offset > (ulong)file.Length || bytes > (ulong)file.Length - offset) throw CutShort(file);
        }
    }

    private static byte[] Read(FileStream file, ulong offset, int count)
    {
        if (offset > (ulong)file.Length || count > file.Length - (long)offset) throw CutShort(file);
        var bytes = new byte[count];
        file.Position = (long)offset;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static InvalidDataException CutShort(FileStream file) => new($"{file.Name} is cut short at {file.Length} bytes");
}
