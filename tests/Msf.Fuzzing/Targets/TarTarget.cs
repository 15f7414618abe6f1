using System.Formats.Tar;
using System.Text;
using Msf.Data;

namespace Msf.Fuzzing;

/// <summary>WebDataset shards: headers, labels, images. Most damaged headers get their checksum again.</summary>
internal sealed class TarTarget : FileTarget
{
    private static readonly byte[] _picture = PngBuilder.Of(2, 2, 8, 2, interlaced: false);

    public override string Name => "tar";

    // Classes are numbers below 65,536, each of which has a name; a picture in it takes what a PNG takes.
    public override long Allowance(long length) => (8 << 20) + 1032 * 8 * 7 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[] { "ustar\0" + "00", "00000000000\0", "77777777777\0", "00000000001\0", "a.cls", "a.png", "a.json", "12 path=a.b\n", "\n", "28 size=9223372036854775807\n", "x", "L", "S", "-1", "65535", "65536", "null", "\"label\"" }
            .Select(Encoding.Latin1.GetBytes),
        [0x80, 0, 0, 0, 0x7F, 255, 255, 255, 255, 255, 255, 255],
    ];

    public override byte[] Mutate(FuzzRandom random) => random.Once(3) ? base.Mutate(random) : TarBytes.Sign(base.Mutate(random));

    public override long Read(byte[] input)
    {
        using var source = ImageSources.Open(Write(input, "a.tar"));
        for (var i = 0; i < Math.Min(source.Count, 8); i++) source.Read(i);
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        yield return TarBytes.Of(TarEntryFormat.Ustar, ("0.png", _picture), ("0.cls", "1\n"u8.ToArray()), ("1.png", _picture), ("1.json", """{"label": 0, "class_name": "owl"}"""u8.ToArray()));
        yield return TarBytes.Of(TarEntryFormat.Pax, ("a/b.png", _picture), ("a/b.cls", "cat"u8.ToArray()), ("a/c.png", _picture), ("a/c.cls", "dog\n"u8.ToArray()));
        yield return TarBytes.Of(TarEntryFormat.Gnu, (new string('n', 120) + ".png", _picture), (new string('n', 120) + ".json", """{"cls": 3}"""u8.ToArray()));
        yield return TarBytes.Of(TarEntryFormat.V7, ("0.png", _picture), ("0.cls", "0"u8.ToArray()));
    }
}
