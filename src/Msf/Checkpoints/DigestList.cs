using System.Text.Json.Serialization;

namespace Msf.Checkpoints;

/// <summary>Content of <c>digests.json</c>.</summary>
internal sealed record DigestList
{
    /// <summary>The version that this code writes and reads.</summary>
    internal const int CurrentVersion = 1;

    public required int FormatVersion { get; init; }

    /// <summary>Files by path relative to the folder, with '/' between parts.</summary>
    public required SortedDictionary<string, Entry> Files { get; init; }

    /// <summary>One file: its length in bytes and its SHA-256 in lower-case hexadecimal digits.</summary>
    internal sealed record Entry(long Length, string Sha256);
}

[JsonSerializable(typeof(DigestList))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
internal sealed partial class DigestListJson : JsonSerializerContext;
