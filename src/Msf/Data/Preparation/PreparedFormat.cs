namespace Msf.Data;

/// <summary>What a set can be converted to.</summary>
public enum PreparedFormat
{
    /// <summary>A folder with one sub-folder per class.</summary>
    ClassFolders,

    /// <summary>WebDataset shards: tar files with an image, a class number and a small JSON object for each sample.</summary>
    WebDataset,

    /// <summary>Parquet files as the Hugging Face hub ships them.</summary>
    Parquet,
}
