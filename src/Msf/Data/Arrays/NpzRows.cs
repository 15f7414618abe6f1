namespace Msf.Data;

/// <summary>The numbers of one array of an archive, from the first on.</summary>
internal sealed class NpzRows(Stream stream, Func<string, Exception?, InvalidDataException> unusable) : IDisposable
{
    /// <summary>Fills a span with the next bytes.</summary>
    /// <exception cref="InvalidDataException">The archive is broken.</exception>
    public void Read(Span<byte> into)
    {
        try
        {
            stream.ReadExactly(into);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw unusable("an array is cut or damaged", e);
        }
    }

    /// <summary>Requires that nothing follows.</summary>
    /// <exception cref="InvalidDataException">Something does.</exception>
    public void RequireEnd()
    {
        if (stream.ReadByte() >= 0) throw unusable("an array goes on after its last number", null);
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
