using Microsoft.Win32.SafeHandles;

namespace Msf.Data;

/// <summary>The bytes of a tar archive, read from front to back.</summary>
internal abstract class TarBytes
{
    /// <summary>How many there are; a number larger than any where that shows at the end only.</summary>
    public abstract long Length { get; }

    /// <summary>Reads bytes at a place that is none before those already read.</summary>
    /// <returns>How many were read; fewer than asked for at the end alone.</returns>
    public abstract int Read(Span<byte> bytes, long offset);

    /// <summary>Those of an open file.</summary>
    public static TarBytes Of(SafeFileHandle file) => new OfFile(file);

    /// <summary>Those that a stream gives one after the other, as a decompressor does.</summary>
    public static TarBytes Of(Stream stream) => new OfStream(stream);

    private sealed class OfFile(SafeFileHandle file) : TarBytes
    {
        public override long Length { get; } = RandomAccess.GetLength(file);

        public override int Read(Span<byte> bytes, long offset) => RandomAccess.Read(file, bytes, offset);
    }

    private sealed class OfStream(Stream stream) : TarBytes
    {
        private const long Endless = long.MaxValue / 4;                                        // sizes and offsets can be added without care

        private readonly byte[] _skipped = new byte[1 << 16];
        private long _position;

        public override long Length => Endless;

        public override int Read(Span<byte> bytes, long offset)
        {
            while (_position < offset)
            {
                var read = stream.ReadAtLeast(_skipped.AsSpan(0, (int)Math.Min(_skipped.Length, offset - _position)), 1, throwOnEndOfStream: false);
                if (read == 0) return 0;
                _position += read;
            }
            var got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            _position += got;
            return got;
        }
    }
}
