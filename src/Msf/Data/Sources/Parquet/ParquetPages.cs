using Parquet.Meta;

namespace Msf.Data;

/// <summary>
/// Walks the pages of a column before the library reads them: it allocates what their heads claim, and reads a page that ends before it begins
/// again and again.
/// </summary>
internal sealed class ParquetPages
{
    // Deflate makes at most 1,032 bytes of one. What is alike in all rows becomes less by other methods, so that rows count too.
    private const long MostInflation = 1032;
    private const long FreeBytesOfRow = 64;
    private const long LargestColumn = 1L << 30;

    private const int UsualHead = 1 << 12;
    private const int LongestHead = 1 << 24;

    private readonly byte[] _usual = new byte[UsualHead];
    private readonly Dictionary<(string Struct, int Field), long> _head = [];
    private readonly FileStream _file;
    private readonly ColumnMetaData _column;
    private long _values, _inflated;

    private ParquetPages(FileStream file, ColumnMetaData column) => (_file, _column) = (file, column);

    /// <summary>Checks the pages of a column of a row group.</summary>
    /// <param name="file">The file.</param>
    /// <param name="column">What the footer says of the column.</param>
    /// <param name="rows">Rows of the group, one value each.</param>
    /// <param name="freeBytes">Bytes that the pages may become whatever they have.</param>
    /// <returns>Where the first page begins and where the last one ends.</returns>
    /// <exception cref="InvalidDataException">A page leaves the file, or claims more than it can hold; the message does not name the file.</exception>
    public static (long Start, long End) Check(FileStream file, ColumnMetaData? column, long rows, long freeBytes)
    {
        if (column is null) throw new InvalidDataException("a row group of it lacks a column");
        if (column.NumValues != rows) throw new InvalidDataException($"a column of it has {column.NumValues} values in {rows} rows");
        long[] offsets = [column.DataPageOffset, column.DictionaryPageOffset ?? 0, column.IndexPageOffset ?? 0];
        var start = offsets.Where(offset => offset != 0).DefaultIfEmpty().Min();               // where the library begins
        if (start < 4 || start >= file.Length) throw new InvalidDataException($"the pages of a column begin at byte {start} of {file.Length}");
        return (start, new ParquetPages(file, column).Walk(start, freeBytes + FreeBytesOfRow * rows));
    }

    private long Walk(long start, long freeBytes)
    {
        var offset = start;
        while (_values < _column.NumValues)
        {
            offset += ReadHead(offset);
            var (inflated, compressed) = (Number("PageHeader", 2), Number("PageHeader", 3));
            if (inflated < 0 || compressed < 0 || compressed > _file.Length - offset)
                throw new InvalidDataException($"a page of it claims {inflated} bytes in {compressed} where {_file.Length - offset} remain");
            inflated = Math.Max(inflated, Inflated(offset, inflated, compressed));
            CheckValues(inflated, compressed);
            offset += compressed;
            _inflated += inflated;
            if (_inflated > Math.Min(LargestColumn, freeBytes + MostInflation * (offset - start)))
                throw new InvalidDataException($"the pages of a column claim {_inflated} bytes in {offset - start}");
        }
        return offset;
    }

    private int ReadHead(long offset)
    {
        try
        {
            return ReadHead(offset, _usual);
        }
        catch (InvalidDataException) when (_file.Length - offset > UsualHead)
        {
            return ReadHead(offset, new byte[LongestHead]);                                   // with long statistics
        }
    }

    private int ReadHead(long offset, byte[] buffer)
    {
        var bytes = buffer.AsSpan(0, (int)Math.Min(buffer.Length, _file.Length - offset));
        _file.Position = offset;
        _file.ReadExactly(bytes);
        _head.Clear();
        return ThriftStructure.Check(bytes, ParquetShapes.Page, "page's head", (name, field, value) => _head[(name, field)] = value);
    }

    private long Number(string name, int field) => _head.GetValueOrDefault((name, field));

    private PageType Kind => (PageType)Number("PageHeader", 1);

    // Of a value in a dictionary there is a byte at least; data pages can repeat values, but there are no more than rows.
    private void CheckValues(long inflated, long compressed)
    {
        var (name, most) = Kind switch
        {
            PageType.DICTIONARY_PAGE => ("DictionaryPageHeader", inflated),
            PageType.DATA_PAGE => ("DataPageHeader", _column.NumValues - _values),
            PageType.DATA_PAGE_V2 => ("DataPageHeaderV2", _column.NumValues - _values),
            _ => throw new InvalidDataException($"a page of it is of kind {(int)Kind}, which has no values"),
        };
        var values = Number(name, 1);
        if (values < 0 || values > most) throw new InvalidDataException($"a page of it claims {values} values, at most {most} can be there");
        if (Kind != PageType.DICTIONARY_PAGE) _values += values;
        if (Kind == PageType.DATA_PAGE_V2 && (Number(name, 2) is var nulls && (nulls < 0 || nulls > values) || Levels() is < 0 || Levels() > compressed))
            throw new InvalidDataException("a page of it has levels that it has no room for");
    }

    // Bytes in front of the values of a page of the second version; they are never compressed.
    private long Levels()
    {
        var (definition, repetition) = (Number("DataPageHeaderV2", 5), Number("DataPageHeaderV2", 6));
        return definition < 0 || repetition < 0 ? -1 : definition + repetition;
    }

    // What the compressed bytes themselves say that they become, which the library believes before the page's head.
    private long Inflated(long offset, long inflated, long compressed)
    {
        var isSecond = Kind == PageType.DATA_PAGE_V2;
        if (_column.Codec == CompressionCodec.UNCOMPRESSED)
        {
            // What lies in the pool's memory behind a shorter page would pass for its values.
            return isSecond || inflated == compressed ? compressed : throw new InvalidDataException($"a page of it that is not compressed has {compressed} bytes and claims {inflated}");
        }
        if (isSecond && _head.TryGetValue(("DataPageHeaderV2", 7), out var isCompressed) && isCompressed == 0) return compressed;
        var skipped = isSecond ? Math.Clamp(Levels(), 0, compressed) : 0;
        if (_column.Codec is not (CompressionCodec.SNAPPY or CompressionCodec.ZSTD)) return 0;
        var bytes = new byte[Math.Min(compressed - skipped, _column.Codec == CompressionCodec.SNAPPY ? 5 : int.MaxValue)];
        _file.Position = offset + skipped;
        _file.ReadExactly(bytes);
        return _column.Codec == CompressionCodec.SNAPPY ? CompressedSizes.OfSnappy(bytes) : CompressedSizes.OfZstandard(bytes);
    }
}
