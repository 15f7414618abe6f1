using System.Text.Json.Serialization;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf data download --json</c> prints.</summary>
/// <param name="Name">The set.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="Fetched">Whether it was fetched now; false where it was there already.</param>
/// <param name="Sources">What to give as a data source, the training part first.</param>
/// <param name="Licence">Terms of use.</param>
internal sealed record DownloadReport(string Name, string Folder, bool Fetched, IReadOnlyList<string> Sources, string Licence);

/// <summary>What <c>msf data download --json</c> prints without a name.</summary>
/// <param name="Sets">The known sets.</param>
internal sealed record DataSetList(IReadOnlyList<DataSetList.Item> Sets)
{
    /// <summary>A known set.</summary>
    internal sealed record Item(string Name, string Title, string Licence, string HomePage, long Bytes);
}

/// <summary>Writes the reports in the contract's spelling.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DownloadReport))]
[JsonSerializable(typeof(DataSetList))]
internal sealed partial class DownloadJson : JsonSerializerContext;
