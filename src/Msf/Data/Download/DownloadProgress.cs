namespace Msf.Data;

/// <summary>Where a download stands.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Bytes">Bytes that are here, those of earlier tries included.</param>
/// <param name="Total">Bytes of the file; null where the server does not say.</param>
public readonly record struct DownloadProgress(string File, long Bytes, long? Total);
