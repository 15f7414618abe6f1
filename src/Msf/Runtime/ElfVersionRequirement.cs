using System.Buffers.Binary;

namespace Msf.Runtime;

/// <summary>
/// Makes one symbol-version requirement of a 64-bit little-endian ELF library weak, so that a host without that version still loads it.
/// </summary>
/// <remarks>
/// A shared library lists the versions it wants of every library it links in <c>.gnu.version_r</c>; the dynamic loader refuses the
/// file when one is absent, unless the entry carries <c>VER_FLG_WEAK</c> (System V ABI, GNU symbol versioning). Nothing else is
/// changed. A symbol behind a weakened version stays undefined, so this is sound only for symbols that are never called:
/// <see cref="SymbolsOf"/> says which those are.
/// </remarks>
public static class ElfVersionRequirement
{
    private const uint SectionVersionNeeds = 0x6ffffffe;   // SHT_GNU_verneed
    private const uint SectionVersionIndices = 0x6fffffff; // SHT_GNU_versym
    private const ushort FlagWeak = 0x2;                   // VER_FLG_WEAK
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;
    private const int EntrySize = 16;                      // of a file's entry and of a version's entry alike

    private readonly record struct Section(int Offset, int Size, int Link, int Info);

    private readonly record struct Entry(int FlagsOffset, ushort Flags, ushort Index);

    /// <summary>Returns a copy of a library in which the requirement of a version is weak.</summary>
    /// <param name="library">The bytes of a 64-bit little-endian ELF shared library.</param>
    /// <param name="version">The version's name, for example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>A new array: equal to <paramref name="library"/> if the version is not required or already weak, else one flag differs.</returns>
    /// <exception cref="InvalidDataException">The file is not such a library, or is truncated or inconsistent.</exception>
    public static byte[] Weaken(ReadOnlySpan<byte> library, string version)
    {
        var patched = library.ToArray();
        foreach (var entry in FindEntries(library, version))
            BinaryPrimitives.WriteUInt16LittleEndian(patched.AsSpan(entry.FlagsOffset), (ushort)(entry.Flags | FlagWeak));
        return patched;
    }

    /// <summary>Lists the symbols that a library wants at a version.</summary>
    /// <param name="library">The bytes of a 64-bit little-endian ELF shared library.</param>
    /// <param name="version">The version's name, for example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>Mangled names in the order of the symbol table; empty if the version is not required.</returns>
    /// <exception cref="InvalidDataException">The file is not such a library, or is truncated or inconsistent.</exception>
    public static IReadOnlyList<string> SymbolsOf(ReadOnlySpan<byte> library, string version)
    {
        var wanted = FindEntries(library, version).Select(e => e.Index).ToHashSet();
        var sections = ReadSections(library);
        var names = new List<string>();
        foreach (var (type, indices) in sections)
        {
            if (type != SectionVersionIndices || wanted.Count == 0) continue;
            var symbols = At(sections, indices.Link);
            var strings = At(sections, symbols.Link);
            for (var i = 0; i < indices.Size / 2; i++)
            {
                var index = (ushort)(UInt16(library, indices.Offset + (2 * i)) & 0x7fff); // the top bit marks hidden symbols
                if (wanted.Contains(index))
                    names.Add(Name(library, strings, UInt32(library, Inside(symbols, (long)i * SymbolSize, SymbolSize))));
            }
        }
        return names;
    }

    private static List<Entry> FindEntries(ReadOnlySpan<byte> library, string version)
    {
        var sections = ReadSections(library);
        var found = new List<Entry>();
        foreach (var (type, needs) in sections)
        {
            if (type != SectionVersionNeeds) continue;
            var strings = At(sections, needs.Link);
            long fileAt = 0;
            for (var file = 0; file < needs.Info; file++)
            {
                var fileEntry = Inside(needs, fileAt, EntrySize);
                var versionAt = fileAt + UInt32(library, fileEntry + 8);
                for (var i = 0; i < UInt16(library, fileEntry + 2); i++)
                {
                    var entry = Inside(needs, versionAt, EntrySize);
                    if (Name(library, strings, UInt32(library, entry + 8)) == version)
                        found.Add(new Entry(entry + 4, UInt16(library, entry + 4), UInt16(library, entry + 6)));
                    if (Step(library, entry) is not { } next) break;
                    versionAt += next;
                }
                if (Step(library, fileEntry) is not { } nextFile) break;
                fileAt += nextFile;
            }
        }
        return found;
    }

    // How far on the next entry of the same kind lies, or null at the last. Links only lead forward, so every chain ends.
    private static uint? Step(ReadOnlySpan<byte> library, int entry) => UInt32(library, entry + 12) switch
    {
        0 => null,
        < EntrySize => throw Broken("its version requirements overlap"),
        var step => step,
    };

    private static List<(uint Type, Section Section)> ReadSections(ReadOnlySpan<byte> library)
    {
        if (library.Length < 64 || !library[..4].SequenceEqual("\u007fELF"u8))
            throw Broken("it does not start with an ELF header");
        if (library[4] != 2 || library[5] != 1)
            throw Broken("it is not 64-bit little-endian");
        var tableOffset = UInt64(library, 0x28);
        int entrySize = UInt16(library, 0x3a), count = UInt16(library, 0x3c);
        if (entrySize != SectionHeaderSize || count == 0)
            throw Broken("it has no section table");
        if (tableOffset > (ulong)library.Length || (ulong)count * SectionHeaderSize > (ulong)library.Length - tableOffset)
            throw Broken("its section table lies outside the file");

        var sections = new List<(uint, Section)>(count);
        for (var i = 0; i < count; i++)
        {
            var header = (int)tableOffset + (i * SectionHeaderSize);
            var type = UInt32(library, header + 4);
            ulong offset = UInt64(library, header + 0x18), size = UInt64(library, header + 0x20);
            var occupiesFile = type is not (0 or 8); // SHT_NULL and SHT_NOBITS hold no bytes
            if (!occupiesFile) (offset, size) = (0, 0);
            if (offset > (ulong)library.Length || size > (ulong)library.Length - offset)
                throw Broken($"its section {i} lies outside the file");
            sections.Add((type, new Section((int)offset, (int)size, (int)UInt32(library, header + 0x28), (int)UInt32(library, header + 0x2c))));
        }
        return sections;
    }

    private static Section At(List<(uint Type, Section Section)> sections, int index) =>
        (uint)index < (uint)sections.Count ? sections[index].Section : throw Broken($"it refers to section {index} of {sections.Count}");

    private static int Inside(Section section, long offset, int size) =>
        offset >= 0 && offset + size <= section.Size ? section.Offset + (int)offset : throw Broken("a table entry lies outside its section");

    private static string Name(ReadOnlySpan<byte> library, Section strings, uint offset)
    {
        var rest = library[Inside(strings, offset, 1)..(strings.Offset + strings.Size)];
        var end = rest.IndexOf((byte)0);
        return end >= 0 ? System.Text.Encoding.ASCII.GetString(rest[..end]) : throw Broken("a name has no end");
    }

    private static ushort UInt16(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);

    private static uint UInt32(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt64LittleEndian(b[at..]);

    private static InvalidDataException Broken(string why) =>
        new($"Not a usable 64-bit little-endian ELF library: {why}. Restore the package that it came from.");
}
