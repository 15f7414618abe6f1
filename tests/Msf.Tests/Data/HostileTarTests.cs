using System.Text;
using Msf.Data;

namespace Msf.Tests.Data;

/// <summary>Whatever a tar file holds, it is read or refused in one line, without an allocation that it only claims.</summary>
public sealed class HostileTarTests : IDisposable
{
    private const int Block = 512;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_is_cut_anywhere_is_refused()
    {
        var whole = Whole();
        var end = 8 * Block;                                                                  // two samples: four headers, four bodies
        for (var length = 0; length < end + Block; length += 64) Assert.NotNull(Refusal(whole[..length]));
        Assert.Null(Refusal(whole[..(end + Block)]));                                         // one block of zeros of the two that are usual
        Assert.Null(Refusal(whole));
    }

    [Fact]
    public void Mutations_are_read_or_refused()
    {
        var whole = Whole();
        var refused = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var mutant = (byte[])whole.Clone();
            for (var change = random.Next(4); change >= 0; change--) mutant[random.Next(4) * 2 * Block + random.Next(Block)] = (byte)random.Next(256);
            if (random.Next(2) == 0)
                for (var header = 0; header < 4; header++) Sign(mutant.AsSpan(header * 2 * Block, Block));
            if (Refusal(mutant) is not null) refused++;
        }
        Assert.InRange(refused, 100, 299);
    }

    [Theory]
    [InlineData("77777777777", '0', "claims 8589934591 bytes")]
    [InlineData("77777777777", 'L', "claims 8589934591 bytes")]
    [InlineData("0000000000x", '0', "number that is none")]
    [InlineData("00000000000", 'S', "sparse")]
    [InlineData("\u0080\0\0\0\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF", '0', "claims -1 bytes")]
    [InlineData("\u0080\0\0\0\u007F\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF", '0', "claims 9223372036854775807 bytes")]
    public void A_header_that_lies_is_refused(string size, char type, string why)
    {
        var file = Whole();
        file.AsSpan(2 * Block + 124, 12).Clear();
        Encoding.Latin1.GetBytes(size).CopyTo(file, 2 * Block + 124);
        file[2 * Block + 156] = (byte)type;
        Sign(file.AsSpan(2 * Block, Block));
        Assert.Contains(why, Refusal(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", "not made of records")]
    [InlineData("9999 path=a\n", "not made of records")]
    [InlineData("0 path=a\n", "not made of records")]
    [InlineData("-5 path=a\n", "not made of records")]
    [InlineData("12 size=-12\n", "size that is no number")]
    [InlineData("28 size=9223372036854775807\n", "claims 9223372036854775807 bytes")]
    public void An_extended_header_that_lies_is_refused(string records, string why)
    {
        var extended = new byte[2 * Block];
        Whole().AsSpan(0, Block).CopyTo(extended);
        extended.AsSpan(124, 12).Clear();
        Encoding.ASCII.GetBytes(Convert.ToString(records.Length, 8)).CopyTo(extended, 124);
        extended[156] = (byte)'x';
        Encoding.ASCII.GetBytes(records).CopyTo(extended, Block);
        Sign(extended.AsSpan(0, Block));
        Assert.Contains(why, Refusal([.. extended, .. Whole()]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_two_lines_is_told_in_one()
    {
        var file = Whole();
        file[2 * Block + 1] = (byte)'\n';
        Encoding.ASCII.GetBytes("77777777777").CopyTo(file, 2 * Block + 124);
        Sign(file.AsSpan(2 * Block, Block));
        Assert.Contains("its member 0?0.cls claims", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_archive_says_so_and_an_empty_one_has_no_images()
    {
        Assert.Contains("does not begin with a tar header", Refusal(Encoding.ASCII.GetBytes(new string('x', 2000))), StringComparison.Ordinal);
        Assert.Contains("no images", Refusal(new byte[1024]), StringComparison.Ordinal);
    }

    // The checksum that the header then has.
    private static void Sign(Span<byte> header)
    {
        Encoding.ASCII.GetBytes("        ").CopyTo(header[148..]);
        var sum = 0;
        foreach (var value in header) sum += value;
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
    }

    private byte[] Whole()
    {
        TarSets.WriteNumbered(_folder["whole.tar"], 1, 0);
        return File.ReadAllBytes(_folder["whole.tar"]);
    }

    // Null where all images can be found; broken images are no refusal.
    private string? Refusal(byte[] file)
    {
        File.WriteAllBytes(_folder["a.tar"], file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var source = ImageSources.Open(_folder["a.tar"]);
            return null;
        }
        catch (InvalidDataException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            Assert.Contains("a.tar", e.Message, StringComparison.Ordinal);
            return e.Message;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        }
    }
}
