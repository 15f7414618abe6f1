namespace Msf.Data;

/// <summary>
/// A file as the parquet library sees it: it ends where <see cref="End"/> says, and reading past that is an error, since the library waits for bytes
/// that never come. All is synchronous, so that reading stays on its thread.
/// </summary>
/// <param name="file">The file; not closed here.</param>
internal sealed class ParquetStream(FileStream file) : Stream
{
    private long _position;

    /// <summary>Where the file ends for now, at most its length.</summary>
    public long End { get; set; } = file.Length;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => End;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 && value <= End ? value : throw new InvalidDataException($"it refers to byte {value} of {End}");
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, End - _position);
        if (count <= 0) return 0;
        if (file.Position != _position) file.Position = _position;
        var read = file.Read(buffer[..count]);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 1 ? one[0] : throw new InvalidDataException("a page of it is cut");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => End,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("The file is read only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The file is read only.");
}
