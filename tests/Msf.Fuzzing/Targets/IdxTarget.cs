using Msf.Data;

namespace Msf.Fuzzing;

/// <summary>IDX files, as images beside good labels and as labels beside good images, plain and gzipped.</summary>
internal sealed class IdxTarget : FileTarget
{
    private static readonly byte[] _images = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, .. Enumerable.Range(0, 60).Select(i => (byte)i)];
    private static readonly byte[] _labels = [0, 0, 8, 1, 0, 0, 0, 3, 0, 9, 5];

    public override string Name => "idx";

    // What gzip makes of a byte, read whole; an image is read in three channels.
    public override long Allowance(long length) => (128 << 10) + 4 * 1032 * length;

    public override byte[] Mutate(FuzzRandom random)
    {
        if (random.Once(2)) return base.Mutate(random);
        byte[][] plain = [_images, _labels];
        return Gzip.Of(Mutator.Change(random, random.Pick(plain), plain, []));
    }

    public override long Read(byte[] input)
    {
        var (tried, images, labels) = (Write(input, "tried"), Path.Combine(Folder, "images"), Path.Combine(Folder, "labels"));
        if (!File.Exists(labels))
        {
            File.WriteAllBytes(images, _images);
            File.WriteAllBytes(labels, _labels);
        }
        try
        {
            ReadAll(tried, labels);
        }
        catch (InvalidDataException e) when (FuzzOutcome.FaultOf(e.Message) is null)
        {
            ReadAll(images, tried);
        }
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus() => [_images, _labels, Gzip.Of(_images), Gzip.Of(_labels)];

    private static void ReadAll(string images, string labels)
    {
        using var source = new IdxImageSource(images, labels);
        for (var i = 0; i < Math.Min(source.Count, 4); i++) source.Read(i);
    }
}
