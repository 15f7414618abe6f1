using System.Text;

namespace Msf.Fuzzing;

/// <summary>Weights out of whose names and shapes an importer reads an architecture: their header is damaged, since numbers are as good as others.</summary>
internal abstract class HeaderTarget : FileTarget
{
    protected HeaderTarget(params string[] words) =>
        Words = [.. words.Concat(["[0]", "[1,1]", "\"F16\"", "\"I8\"", "[0,0,0]", ".2147483646."]).Select(Encoding.UTF8.GetBytes)];

    protected override IReadOnlyList<byte[]> Words { get; }

    // Read, converted, written, and a network without weights built to compare with.
    public override long Allowance(long length) => (2 << 20) + 512 * length;

    public override byte[] Mutate(FuzzRandom random) => random.Once(4) ? base.Mutate(random) : SafetensorsTarget.ChangeHeader(random, random.Pick(Corpus), Words);
}
