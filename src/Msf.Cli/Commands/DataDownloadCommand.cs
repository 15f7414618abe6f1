using System.CommandLine;
using Msf.Data;

namespace Msf.Cli.Commands;

/// <summary><c>msf data download</c>: fetches a public image set, checks and unpacks it.</summary>
internal sealed class DataDownloadCommand : MsfCommand
{
    private readonly Argument<string?> _what = new("name|url")
    {
        Description = $"A set ({string.Join(", ", KnownDataSet.All.Select(set => set.Name))}), or the address of a file; .tar.gz and .gz are unpacked.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _out = new("--out") { Description = "Folder of the set (default: its name below MSF_DATA, or below the cache folder).", HelpName = "DIR" };
    private readonly Option<string?> _sha256 = new("--sha256") { Description = "Checksum that the file at an address must have.", HelpName = "HEX" };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal DataDownloadCommand(Terminal terminal) : base(
        terminal, "download", "Fetch an image set: goes on where it was cut, checks, unpacks. Without a name, list the sets and their licences.",
        "msf data download", "msf data download fashion-mnist", "msf data download https://example.org/pets.tar.gz --out data/pets")
    {
        Arguments.Add(_what);
        foreach (var option in new Option[] { _out, _sha256, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override bool GoesOn(ParseResult arguments) => true;

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        if (arguments.GetValue(_what) is not { } what) return List(arguments.GetValue(_json));
        var (set, folder) = Resolve(what, arguments.GetValue(_sha256), arguments.GetValue(_out));
        Terminal.Error.WriteLine($"{set.Title}\nlicence: {set.Licence}");
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };             // cut connections are noticed by the download itself
        client.DefaultRequestHeaders.UserAgent.ParseAdd("msf");
        using var progress = new DownloadProgressLine(Terminal.Error);
        var fetched = new DataSetDownload(new HttpDownload(client)).RunAsync(set, folder, progress, cancellation).GetAwaiter().GetResult();
        progress.Finish();
        string[] sources = [.. set.Sources.Select(source => Path.GetFullPath(Path.Combine(folder, Path.GetRelativePath(set.Name, source))))];
        if (arguments.GetValue(_json))
            Terminal.WriteJson(new DownloadReport(set.Name, folder, fetched, sources, set.Licence), DownloadJson.Default.DownloadReport);
        else
            Terminal.Out.WriteLine($"{(fetched ? "ready in" : "nothing to do, already in")} {folder}; train on it with --data {sources[0]}");
        return ExitCode.Done;
    }

    private static (KnownDataSet Set, string Folder) Resolve(string what, string? sha256, string? folder)
    {
        if (KnownDataSet.Find(what) is { } known)
            return sha256 is null ? (known, Path.GetFullPath(folder ?? DataSetDownload.DefaultFolder(known.Name))) : throw new UsageException($"--sha256 goes with an address; the checksums of {what} are known.");
        if (!what.Contains("://", StringComparison.Ordinal))
            throw new UsageException($"there is no known set \"{what}\"; known are {string.Join(", ", KnownDataSet.All.Select(set => set.Name))}. An address begins with https://.");
        try
        {
            var set = DataSetDownload.FromUrl(what, sha256);
            return (set, Path.GetFullPath(folder ?? DataSetDownload.DefaultFolder(set.Name)));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private int List(bool json)
    {
        if (json)
        {
            Terminal.WriteJson(new DataSetList([.. KnownDataSet.All.Select(set => new DataSetList.Item(set.Name, set.Title, set.Licence, set.HomePage, set.Files.Sum(file => file.Bytes ?? 0)))]), DownloadJson.Default.DataSetList);
            return ExitCode.Done;
        }
        foreach (var set in KnownDataSet.All)
            Terminal.Out.WriteLine($"{set.Name,-16}{set.Files.Sum(file => file.Bytes ?? 0) / 1e6,7:F0} MB  {set.Title}\n{"",-16}{"",10}  licence: {set.Licence}");
        return ExitCode.Done;
    }
}
