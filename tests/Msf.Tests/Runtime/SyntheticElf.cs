using System.Buffers.Binary;
using System.Text;

namespace Msf.Tests.Runtime;

/// <summary>Builds the smallest ELF library that has version requirements: header, .dynstr, .dynsym, .gnu.version, .gnu.version_r.</summary>
internal static class SyntheticElf
{
    private const int Header = 64, SectionHeader = 64, Entry = 16, Symbol = 24, Sections = 5;
    private const int NeedsStart = Header + (Sections * SectionHeader);

    /// <summary>Where the flags of the i-th version requirement lie.</summary>
    internal static int FlagsOffset(int entry) => NeedsStart + Entry + (entry * Entry) + 4;

    /// <summary>Makes the library; a version's index ties symbols to it.</summary>
    internal static byte[] Build((string Name, ushort Index)[] versions, (string Name, ushort Version)[] symbols)
    {
        var strings = new List<byte> { 0 };
        uint Intern(string text)
        {
            var at = (uint)strings.Count;
            strings.AddRange(Encoding.ASCII.GetBytes(text));
            strings.Add(0);
            return at;
        }

        var versionNames = versions.Select(v => Intern(v.Name)).ToArray();
        var symbolNames = symbols.Select(s => Intern(s.Name)).ToArray();
        var fileName = Intern("libstdc++.so.6");
        int needsSize = Entry * (1 + versions.Length), indicesStart = NeedsStart + needsSize, indicesSize = 2 * symbols.Length;
        int symbolsStart = indicesStart + indicesSize, symbolsSize = Symbol * symbols.Length, stringsStart = symbolsStart + symbolsSize;
        var elf = new byte[stringsStart + strings.Count];

        void U16(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(at), (ushort)value);
        void U32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(at), value);
        void SectionAt(int index, uint type, int offset, int size, uint link, uint info)
        {
            var at = Header + (index * SectionHeader);
            U32(at + 4, type);
            U32(at + 0x18, (uint)offset);
            U32(at + 0x20, (uint)size);
            U32(at + 0x28, link);
            U32(at + 0x2c, info);
        }

        "\u007fELF"u8.CopyTo(elf);
        (elf[4], elf[5], elf[6]) = (2, 1, 1);
        U32(0x28, Header);
        U16(0x3a, SectionHeader);
        U16(0x3c, Sections);
        SectionAt(1, 0x6ffffffe, NeedsStart, needsSize, link: 4, info: 1);
        SectionAt(2, 0x6fffffff, indicesStart, indicesSize, link: 3, info: 0);
        SectionAt(3, 11, symbolsStart, symbolsSize, link: 4, info: 0);
        SectionAt(4, 3, stringsStart, strings.Count, link: 0, info: 0);

        U16(NeedsStart, 1);
        U16(NeedsStart + 2, versions.Length);
        U32(NeedsStart + 4, fileName);
        U32(NeedsStart + 8, Entry);
        for (var i = 0; i < versions.Length; i++)
        {
            var at = NeedsStart + (Entry * (i + 1));
            U16(at + 6, versions[i].Index);
            U32(at + 8, versionNames[i]);
            U32(at + 12, i == versions.Length - 1 ? 0u : Entry);
        }
        for (var i = 0; i < symbols.Length; i++)
        {
            U16(indicesStart + (2 * i), symbols[i].Version);
            U32(symbolsStart + (Symbol * i), symbolNames[i]);
        }
        strings.CopyTo(elf, stringsStart);
        return elf;
    }
}
