using System.Buffers.Binary;
using System.Text;

namespace Msf.Runtime;

/// <summary>
/// Makes an x86-64 ELF library that holds nothing but a name. Once it is loaded, the dynamic loader answers a search for that name
/// with it instead of looking through folders.
/// </summary>
internal static class ElfStub
{
    private const int Header = 64, ProgramHeader = 56, ProgramHeaders = 3, DynamicEntry = 16, DynamicEntries = 6, Symbol = 24;
    private const int DynamicAt = Header + (ProgramHeaders * ProgramHeader);
    private const int SymbolsAt = DynamicAt + (DynamicEntries * DynamicEntry);
    private const int StringsAt = SymbolsAt + Symbol; // one symbol, the null one

    /// <summary>The bytes of a library.</summary>
    /// <param name="name">What it is called (<c>DT_SONAME</c>), in ASCII.</param>
    internal static byte[] Build(string name)
    {
        var strings = Encoding.ASCII.GetBytes($"\0{name}\0");
        var elf = new byte[StringsAt + strings.Length];
        strings.CopyTo(elf, StringsAt);

        "\u007fELF"u8.CopyTo(elf);
        (elf[4], elf[5], elf[6]) = (2, 1, 1);          // 64-bit, little-endian, ELF version 1
        U16(elf, 0x10, 3);                             // ET_DYN
        U16(elf, 0x12, 62);                            // EM_X86_64
        U16(elf, 0x14, 1);                             // EV_CURRENT
        U64(elf, 0x20, Header);                        // program headers follow the header
        U16(elf, 0x34, Header);
        U16(elf, 0x36, ProgramHeader);
        U16(elf, 0x38, ProgramHeaders);

        // All writable: the loader turns the dynamic entries' offsets into addresses in place.
        Segment(elf, 0, type: 1, 0, elf.Length, alignment: 0x1000);                               // PT_LOAD
        Segment(elf, 1, type: 2, DynamicAt, DynamicEntries * DynamicEntry, alignment: 8);         // PT_DYNAMIC
        Segment(elf, 2, type: 0x6474e551, 0, 0, alignment: 16);                                   // PT_GNU_STACK: not executable

        Dynamic(elf, 0, tag: 14, 1);                   // DT_SONAME: offset in the strings
        Dynamic(elf, 1, tag: 5, StringsAt);            // DT_STRTAB
        Dynamic(elf, 2, tag: 10, strings.Length);      // DT_STRSZ
        Dynamic(elf, 3, tag: 6, SymbolsAt);            // DT_SYMTAB
        Dynamic(elf, 4, tag: 11, Symbol);              // DT_SYMENT
        return elf;                                    // the last entry stays DT_NULL
    }

    private static void Segment(byte[] elf, int index, uint type, int offset, int size, int alignment)
    {
        var at = Header + (index * ProgramHeader);
        BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(at), type);
        BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(at + 4), 6);    // readable, writable
        foreach (var field in (ReadOnlySpan<int>)[8, 16, 24]) U64(elf, at + field, offset); // in the file, virtual, physical
        foreach (var field in (ReadOnlySpan<int>)[32, 40]) U64(elf, at + field, size);      // in the file, in memory
        U64(elf, at + 48, alignment);
    }

    private static void Dynamic(byte[] elf, int index, int tag, int value)
    {
        U64(elf, DynamicAt + (index * DynamicEntry), tag);
        U64(elf, DynamicAt + (index * DynamicEntry) + 8, value);
    }

    private static void U16(byte[] elf, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(at), value);

    private static void U64(byte[] elf, int at, int value) => BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(at), value);
}
