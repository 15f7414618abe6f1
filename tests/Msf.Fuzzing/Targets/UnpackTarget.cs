using System.Formats.Tar;
using System.Text;
using Msf.Data;

namespace Msf.Fuzzing;

/// <summary>Archives of data sets: nothing may be written outside the folder that they are unpacked to.</summary>
internal sealed class UnpackTarget : FileTarget
{
    private static readonly byte[][] _archives =
    [
        TarBytes.Of(TarEntryFormat.Pax, ("set/cat/0.bin", new byte[70]), ("set/dog/1.bin", "dog"u8.ToArray())),
        TarBytes.Of(TarEntryFormat.Gnu, ($"set/{new string('n', 120)}", "long"u8.ToArray()), ("b", [])),
        TarBytes.Of(TarEntryFormat.Ustar, ("a", "a"u8.ToArray()), ("b/c", "c"u8.ToArray())),
    ];

    public override string Name => "unpack";

    // A buffer of the copy to disk; what gzip makes of a byte passes through it.
    public override long Allowance(long length) => (1 << 20) + 2 * 1032 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "../", "/", "../../x", "ustar\0" + "00", "77777777777\0", "00000000001\0", "x", "L", "K", "g", "5", "2", "1", "20 path=../../evil\n", "\0", "\n", ":" }.Select(Encoding.Latin1.GetBytes)];

    public override byte[] Mutate(FuzzRandom random)
    {
        if (random.Once(4)) return base.Mutate(random);
        var mutant = Mutator.Change(random, random.Pick(_archives), _archives, Words);
        return Gzip.Of(random.Once(3) ? mutant : TarBytes.Sign(mutant));
    }

    public override long Read(byte[] input)
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        var (archive, target) = (Write(input, "a.tar.gz"), Path.Combine(Folder, "to", "target"));
        Directory.CreateDirectory(target);
        InvalidDataException? refused = null;
        try
        {
            Unpacker.Unpack(archive, target, CancellationToken.None);
        }
        catch (InvalidDataException e)
        {
            refused = e;
        }
        string[] around = [.. Directory.GetFileSystemEntries(Folder), .. Directory.GetFileSystemEntries(Path.Combine(Folder, "to"))];
        Directory.Delete(Folder, recursive: true);
        if (around.Length != 3) throw new IOException($"there is more than {archive} and {target}: {string.Join(", ", around)}");
        return refused is null ? 0 : throw refused;
    }

    protected override IEnumerable<byte[]> MakeCorpus() => _archives.Select(Gzip.Of);
}
