using Msf.Data;

namespace Msf.Tests.Data;

public sealed class ParquetStreamTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_ends_where_it_is_told_to_and_reading_a_byte_past_that_is_an_error()
    {
        File.WriteAllBytes(_folder["a"], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        using var file = File.OpenRead(_folder["a"]);
        using var stream = new ParquetStream(file);
        Assert.Equal(10, stream.Length);
        stream.End = 6;
        stream.Seek(-2, SeekOrigin.End);
        var bytes = new byte[8];
        Assert.Equal(2, stream.Read(bytes));
        Assert.Equal([4, 5], bytes[..2]);
        Assert.Equal(0, stream.Read(bytes));
        Assert.Throws<InvalidDataException>(() => stream.ReadByte());
        stream.Position = 3;
        Assert.Equal(3, stream.ReadByte());
        Assert.Equal(4, stream.Position);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    public void A_place_outside_is_an_error(long position)
    {
        File.WriteAllBytes(_folder["a"], new byte[10]);
        using var file = File.OpenRead(_folder["a"]);
        using var stream = new ParquetStream(file);
        Assert.Contains($"byte {position} of 10", Assert.Throws<InvalidDataException>(() => stream.Position = position).Message, StringComparison.Ordinal);
    }
}
