using System.Buffers.Binary;
using Msf.Runtime;
using Parquet;
using Parquet.Schema;

namespace Msf.Data;

/// <summary>
/// One parquet file of labelled images. Nothing stays open: the labels are read at once, the images of a row group whenever they are asked
/// for, each time through a reader of its own, so that threads do not wait for one another.
/// </summary>
internal sealed class ParquetFile
{
    private const int LargestFooter = 256 << 20;
    private const int MostRows = 1 << 24;
    private const int MostColumns = 1024;
    private const int LongestReason = 400;
    private const long LargestGroup = 1L << 30;
    private const long FreeBytesOfLabels = 64 << 10, FreeBytesOfImages = 16 << 20;

    // What .NET gives exceptions that no operating system reported: the parquet library's own, for damaged files.
    private const int MadeByCode = unchecked((int)0x80131620), EndOfStream = unchecked((int)0x80070026);

    private readonly string _path;
    private ParquetColumns _columns = null!;
    private long _rows, _bytesOfLabels;

    private ParquetFile(string path) => (_path, Name) = (path, Path.GetFileName(path));

    /// <summary>The file's name without folders.</summary>
    public string Name { get; }

    /// <summary>Names of the numbered classes; null where the file has none.</summary>
    public string[]? ClassNames => _columns.ClassNames;

    /// <summary>Rows of every row group.</summary>
    public IReadOnlyList<int> GroupRows { get; private set; } = [];

    /// <summary>Classes of all rows by number; empty where they are given by name.</summary>
    public IReadOnlyList<long> Labels { get; private set; } = [];

    /// <summary>Classes of all rows by name; null where they are given by number.</summary>
    public IReadOnlyList<string>? LabelNames { get; private set; }

    /// <summary>Opens a file and reads its labels.</summary>
    /// <exception cref="InvalidDataException">It is damaged, cut, or holds no labelled images; the message says what is wrong.</exception>
    public static ParquetFile Open(string path)
    {
        var file = new ParquetFile(path);
        file.Guard(stream =>
        {
            CheckFooter(stream);
            file.ReadIndex(stream);
            return true;
        });
        return file;
    }

    /// <summary>The encoded images of a row group; null for a row without bytes.</summary>
    /// <exception cref="InvalidDataException">The row group is damaged.</exception>
    public byte[]?[] ReadImages(int group) => Guard(file =>
    {
        var stream = new ParquetStream(file);
        var reader = Wait(ParquetReader.CreateAsync(stream, leaveStreamOpen: true));
        using var rows = reader.OpenRowGroupReader(group);
        stream.End = ParquetPages.Check(file, rows.GetMetadata(_columns.Image)?.MetaData, rows.RowCount, FreeBytesOfImages).End;
        return ReadBlobs(rows);
    });

    // By way of memory and not of byte[] or string, for which version 6.1 of the library misplaces what follows a null. Copied, since the
    // library says nothing about whose the memory is.
    private byte[]?[] ReadBlobs(ParquetRowGroupReader group) => _columns.Image.IsNullable
        ? Array.ConvertAll(ReadNullable<ReadOnlyMemory<byte>>(group, _columns.Image), bytes => bytes?.ToArray())
        : Array.ConvertAll(ReadAll<ReadOnlyMemory<byte>>(group, _columns.Image), bytes => bytes.ToArray());

    private void ReadIndex(FileStream file)
    {
        var stream = new ParquetStream(file);
        var reader = Wait(ParquetReader.CreateAsync(stream, leaveStreamOpen: true));
        _columns = ParquetColumns.Find(reader.Schema, reader.CustomMetadata.GetValueOrDefault("huggingface"));
        GroupRows = [.. Enumerable.Range(0, reader.RowGroupCount).Select(group => CheckGroup(reader, group, file.Length))];
        if (GroupRows.Count == 0) throw new InvalidDataException("it has no rows");
        if (_columns.LabelsAreNames) LabelNames = Each(ReadNames);
        else Labels = Each(ReadNumbers);

        T[] Each<T>(Func<ParquetRowGroupReader, IEnumerable<T>> read) =>
        [
            .. Enumerable.Range(0, reader.RowGroupCount).SelectMany(group =>
            {
                using var rows = reader.OpenRowGroupReader(group);
                Reach(rows, file, stream);
                return read(rows);
            }),
        ];
    }

    private int CheckGroup(ParquetReader reader, int group, long length)
    {
        using var rows = reader.OpenRowGroupReader(group);
        if (rows.RowCount is < 1 or > MostRows)
            throw new InvalidDataException($"its row group {group} claims {rows.RowCount} rows, expected 1 to {MostRows}");
        _rows += rows.RowCount;
        if (_rows > length) throw new InvalidDataException($"it claims {_rows} rows or more in {length} bytes");
        var size = rows.GetMetadata(_columns.Image)?.MetaData?.TotalUncompressedSize ?? 0;
        if (size is < 0 or > LargestGroup)
            throw new InvalidDataException($"its row group {group} holds {size} bytes of images, at most {LargestGroup} are accepted: write smaller row groups");
        return (int)rows.RowCount;
    }

    // Lets the library reach the labels of a group and nothing behind them.
    private void Reach(ParquetRowGroupReader group, FileStream file, ParquetStream stream)
    {
        var (start, end) = ParquetPages.Check(file, group.GetMetadata(_columns.Label)?.MetaData, group.RowCount, FreeBytesOfLabels);
        _bytesOfLabels += end - start;
        if (_bytesOfLabels > file.Length) throw new InvalidDataException("row groups of it share the pages of their classes");
        stream.End = end;
    }

    private string[] ReadNames(ParquetRowGroupReader group) =>
        Array.ConvertAll(ReadLabels<ReadOnlyMemory<char>>(group), name => PrintableText.Of(name.ToString()));

    private IEnumerable<long> ReadNumbers(ParquetRowGroupReader group)
    {
        var type = _columns.Label.ClrType;
        if (type == typeof(long)) return ReadLabels<long>(group);
        if (type == typeof(int)) return ReadLabels<int>(group).Select(value => (long)value);
        if (type == typeof(uint)) return ReadLabels<uint>(group).Select(value => (long)value);
        if (type == typeof(short)) return ReadLabels<short>(group).Select(value => (long)value);
        if (type == typeof(ushort)) return ReadLabels<ushort>(group).Select(value => (long)value);
        return type == typeof(sbyte) ? ReadLabels<sbyte>(group).Select(value => (long)value) : ReadLabels<byte>(group).Select(value => (long)value);
    }

    private T[] ReadLabels<T>(ParquetRowGroupReader group) where T : struct => _columns.Label.IsNullable
        ? Array.ConvertAll(ReadNullable<T>(group, _columns.Label), value => value ?? throw new InvalidDataException("it has rows without a class"))
        : ReadAll<T>(group, _columns.Label);

    private static T?[] ReadNullable<T>(ParquetRowGroupReader group, DataField column) where T : struct
    {
        var values = new T?[group.RowCount];
        Wait(group.ReadAsync<T>(column, values.AsMemory()).AsTask());
        return values;
    }

    private static T[] ReadAll<T>(ParquetRowGroupReader group, DataField column) where T : struct
    {
        var values = new T[group.RowCount];
        Wait(group.ReadAsync<T>(column, values.AsMemory()).AsTask());
        return values;
    }

    private static void CheckFooter(FileStream stream)
    {
        Span<byte> tail = stackalloc byte[8];
        Span<byte> head = stackalloc byte[4];
        if (stream.Length < 12) throw new InvalidDataException($"it has {stream.Length} bytes");
        stream.ReadExactly(head);
        stream.Seek(-tail.Length, SeekOrigin.End);
        stream.ReadExactly(tail);
        if (!head.SequenceEqual("PAR1"u8)) throw new InvalidDataException("it does not begin with PAR1");
        if (!tail[4..].SequenceEqual("PAR1"u8)) throw new InvalidDataException("it does not end with PAR1: it is cut");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (length > Math.Min(LargestFooter, stream.Length - 12)) throw new InvalidDataException($"its footer claims {length} bytes");
        var footer = new byte[length];
        stream.Seek(-tail.Length - length, SeekOrigin.End);
        stream.ReadExactly(footer);
        // A column may lie in another, and the library goes after them by recursion.
        ThriftStructure.Check(footer, ParquetShapes.Footer, "footer", (name, field, count) =>
        {
            if ((name, field) == ("FileMetaData", 2) && count > MostColumns) throw new InvalidDataException($"its schema has {count} columns and groups of columns, at most {MostColumns} are read");
        });
        stream.Position = 0;
    }

    // The library throws whatever a damaged file leads it to; faults of the disk stay what they are.
    private T Guard<T>(Func<FileStream, T> read)
    {
        using var stream = File.OpenRead(_path);
        try
        {
            return read(stream);
        }
        catch (Exception e) when (e is not IOException || e.HResult is MadeByCode or EndOfStream)
        {
            var reason = PrintableText.Of(e.Message.Split('\n')[0].TrimEnd('.', '\r'));
            if (reason.Length > LongestReason) reason = $"{reason[..LongestReason]} ...";
            throw new InvalidDataException($"{Name} is not a usable parquet file: {reason}. Fetch it again.", e);
        }
    }

    // The library is asynchronous in form only where a file stream is not.
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
