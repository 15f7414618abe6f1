namespace Msf.Checkpoints;

/// <summary>Names of the opcodes that are refused, for messages.</summary>
internal static class PickleOpcodes
{
    internal static string NameOf(byte opcode) => opcode switch
    {
        (byte)'i' => "INST (makes an object of a class)",
        (byte)'o' => "OBJ (makes an object of a class)",
        0x92 => "NEWOBJ_EX (makes an object of a class)",
        0x82 or 0x83 or 0x84 => "EXT (a class by number)",
        (byte)'P' => "PERSID",
        (byte)'I' => "INT",
        (byte)'L' => "LONG",
        (byte)'F' => "FLOAT",
        (byte)'S' => "STRING",
        (byte)'V' => "UNICODE",
        (byte)'p' => "PUT",
        (byte)'g' => "GET",
        0x8f => "EMPTY_SET",
        0x90 => "ADDITEMS",
        0x91 => "FROZENSET",
        0x96 => "BYTEARRAY8",
        0x97 => "NEXT_BUFFER",
        0x98 => "READONLY_BUFFER",
        _ => $"0x{opcode:x2}",
    };
}
