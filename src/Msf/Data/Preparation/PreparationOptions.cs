namespace Msf.Data;

/// <summary>How a set is converted.</summary>
public sealed record PreparationOptions
{
    /// <summary>What to write.</summary>
    public PreparedFormat Format { get; init; }

    /// <summary>Width and height to fit images to by <see cref="ImageResizer"/>; null, the default, leaves them, and passes files on as they are.</summary>
    public int? Size { get; init; }

    /// <summary>How new images are encoded; default PNG.</summary>
    public PreparedEncoding Encoding { get; init; }

    /// <summary>Number of files for shards and parquet; default 1.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!Enum.IsDefined(Format)) errors.Add($"format is {(int)Format}, expected {string.Join(", ", Enum.GetNames<PreparedFormat>())}");
        if (!Enum.IsDefined(Encoding)) errors.Add($"encoding is {(int)Encoding}, expected {string.Join(" or ", Enum.GetNames<PreparedEncoding>())}");
        if (Size is < 1 or > 8192) errors.Add($"size is {Size}, expected 1 to 8192");
        if (Shards is < 1 or > 99_999) errors.Add($"there are {Shards} shards, expected 1 to 99999");
        if (Shards > 1 && Format == PreparedFormat.ClassFolders) errors.Add("class folders have no shards");
        return errors;
    }
}
