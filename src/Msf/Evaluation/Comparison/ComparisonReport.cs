using System.Text.Json;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>What a comparison found, and what it takes to find it again.</summary>
public sealed record ComparisonReport
{
    /// <summary>The comparison.</summary>
    public required ComparisonConfig Config { get; init; }

    /// <summary>The program.</summary>
    public required string Program { get; init; }

    /// <summary>The machine that wrote the report; others may have trained.</summary>
    public required string Machine { get; init; }

    /// <summary>Threads of the computation.</summary>
    public required int Threads { get; init; }

    /// <summary>The command that makes the report again.</summary>
    public required string Command { get; init; }

    /// <summary>The arms that have a seed measured in full, in the order of the configuration.</summary>
    public required ArmResult[] Arms { get; init; }

    /// <summary>Arms and seeds that are not measured in full yet.</summary>
    public required string[] Missing { get; init; }

    /// <summary>The best factorized arm against every arm of one level.</summary>
    public required ArmContest[] Contests { get; init; }

    /// <summary>The same in words, a sentence or two each.</summary>
    public required string[] Verdict { get; init; }

    /// <summary>Reads all measurements of a folder.</summary>
    /// <param name="config">The comparison.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="device">Where this process computes.</param>
    /// <param name="command">The command that makes the report again.</param>
    /// <exception cref="FileNotFoundException">There is no such feature network, whose digest the measurements are known by.</exception>
    /// <exception cref="DirectoryNotFoundException">There is a folder of that name, and it is none of a classifier.</exception>
    /// <exception cref="InvalidDataException">Measurements are of other settings, or damaged.</exception>
    public static ComparisonReport Of(ComparisonConfig config, ComparisonFolder folder, Device device, string command)
    {
        var plan = ComparisonPlan.Of(config);
        var journals = new ArmJournal(config.Measures, folder, FeatureNetworks.DigestOf(config.Measures.Features));
        var measured = plan.Select(arm => (Arm: arm, Points: journals.Read(arm))).Where(entry => ArmMeasurement.IsComplete(entry.Arm, config.Measures, entry.Points)).ToList();
        ArmResult[] arms =
        [
            .. config.Arms.Select(arm => measured.Where(entry => entry.Arm.Arm.Name == arm.Name).ToList()).Where(seeds => seeds.Count > 0).Select(seeds => ArmResult.Of(seeds, config.Measures)),
        ];
        var verdict = ComparisonVerdict.Of(arms);
        return new ComparisonReport
        {
            Config = config,
            Program = RunEnvironment.CurrentProgram,
            Machine = MachineName.Of(device),
            Threads = get_num_threads(),
            Command = command,
            Arms = arms,
            Missing = [.. plan.ExceptBy(measured.Select(entry => (entry.Arm.Arm.Name, entry.Arm.Seed)), arm => (arm.Arm.Name, arm.Seed)).Select(arm => $"{arm.Arm.Name}, seed {arm.Seed}")],
            Contests = [.. verdict.Select(v => v.Contest)],
            Verdict = [.. verdict.Select(v => v.Words)],
        };
    }

    /// <summary>Writes report.json, report.html and the plots into a folder; each appears complete or not at all.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <returns>The files.</returns>
    /// <exception cref="IOException">The file system refused.</exception>
    public IReadOnlyList<string> Write(string folder)
    {
        List<string> files = [Path.Combine(folder, "report.json"), Path.Combine(folder, "report.html")];
        AtomicFile.Write(files[0], stream => JsonSerializer.Serialize(stream, this, JsonFormat.Indented));
        AtomicFile.Write(files[1], stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(new ComparisonPage(this).Compose())));
        foreach (var (name, plot) in ComparisonPlots.Of(this))
        {
            files.Add(Path.Combine(folder, $"{name}.png"));
            plot.WritePng(files[^1]);
        }
        return files;
    }
}
