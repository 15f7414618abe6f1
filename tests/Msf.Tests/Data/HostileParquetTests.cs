using System.Buffers.Binary;
using Msf.Data;

namespace Msf.Tests.Data;

/// <summary>Whatever a parquet file holds, it is read or refused in one line, without an allocation that it only claims.</summary>
public sealed class HostileParquetTests : IDisposable
{
    private const long MostBytes = 64 << 20;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_is_cut_anywhere_is_refused()
    {
        var whole = Whole();
        for (var length = 0; length < whole.Length; length += 37) Assert.NotNull(Refusal(whole[..length]));
        Assert.Null(Refusal(whole));
    }

    [Fact]
    public void Mutations_are_read_or_refused()
    {
        var whole = Whole();
        var footer = whole.Length - 8 - BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(whole.Length - 8));
        var refused = 0;
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var mutant = (byte[])whole.Clone();
            for (var change = random.Next(4); change >= 0; change--)
                mutant[random.Next(random.Next(3) == 0 ? 0 : footer, whole.Length)] = (byte)random.Next(256);
            if (Refusal(mutant) is not null) refused++;
        }
        Assert.InRange(refused, 30, 149);
    }

    [Theory]
    [InlineData(new byte[] { 0x15, 0x02, 0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0 }, "claims a list of 2147483647")]
    [InlineData(new byte[] { 0x15, 0x02, 0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0 }, "claims 2147483647 bytes")]
    [InlineData(new byte[] { 0x15, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0 }, "number without an end")]
    [InlineData(new byte[] { 0x1E, 0 }, "unknown type 14")]
    [InlineData(new byte[] { 0x16, 0xFE, 0xFF, 0xFF, 0xFF, 0x7F, 0 }, "field 1 of FileMetaData that is of another type")]
    [InlineData(new byte[] { 0x29, 0x15, 0x02, 0 }, "field 2 of FileMetaData that is of another type")]
    [InlineData(new byte[] { 0xAC, 0x15, 2, 0, 0 }, "field 10 of FileMetaData that is of another type")]
    [InlineData(new byte[] { 0x15, 0x80, 0x80, 0x80, 0x80, 0x10, 0 }, "more than 32 bits")]
    [InlineData(new byte[] { 0x1B, 0x02, 0x88, 0x01, 0x61, 0x01, 0x62 }, "is cut")]
    public void A_footer_that_claims_what_it_does_not_hold_is_refused_before_it_is_parsed(byte[] footer, string why) =>
        Assert.Contains(why, Refusal(WithFooter(footer)), StringComparison.Ordinal);

    [Theory]
    [InlineData(0x1C)]    // structs
    [InlineData(0x19)]    // a struct of a list of lists of ...
    public void A_footer_that_nests_without_end_is_refused(byte field)
    {
        var footer = new byte[3_000_000];
        Array.Fill(footer, field);
        Assert.Contains("nests deeper", Refusal(WithFooter(footer)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_of_columns_in_columns_without_end_is_refused()
    {
        const int columns = 100_000;
        var footer = new List<byte> { 0x15, 2, 0x19, 0xFC };
        footer.AddRange(Varint(columns));
        for (var i = 0; i < columns; i++) footer.AddRange([0x48, 1, (byte)'a', 0x15, 2, 0x15, 6, 0]);    // a list of one column, the next
        Assert.Contains("100000 columns", Refusal(WithFooter([.. footer, 0])), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_library_does_not_know_and_can_pass_over_is_passed_over() =>
        Assert.DoesNotContain("another type", Refusal(WithFooter([0x16, 2, 0xA5, 2, 0x11, 0x28, 1, 65, 0x19, 0x15, 2, 0x1C, 0, 0])), StringComparison.Ordinal);

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value > 127; value >>= 7) yield return (byte)(value | 128);
        yield return (byte)value;
    }

    private byte[] Whole()
    {
        ParquetSets.Write(_folder["whole.parquet"], [0, 1, 2, 0, 1]);
        return File.ReadAllBytes(_folder["whole.parquet"]);
    }

    private static byte[] WithFooter(byte[] footer)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        return [.. "PAR1"u8, .. footer, .. length, .. "PAR1"u8];
    }

    // Null where all images can be read; broken images are no refusal.
    private string? Refusal(byte[] file)
    {
        File.WriteAllBytes(_folder["a.parquet"], file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var source = ImageSources.Open(_folder["a.parquet"]);
            for (var i = 0; i < Math.Min(source.Count, 100); i++) source.Read(i);
            return null;
        }
        catch (InvalidDataException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            Assert.Contains("a.parquet", e.Message, StringComparison.Ordinal);
            return e.Message;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }
    }
}
