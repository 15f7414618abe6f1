using System.Text.Json;

namespace Msf.Bench;

/// <summary>Reads the lines that <see cref="BlockAblation"/> wrote and prints them as a table: mean over the seeds, and the range.</summary>
internal static class BlockAblationTable
{
    public static void Print(string file)
    {
        var runs = File.ReadLines(file).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).Select(run => new Run(
            run.GetProperty("arm").GetString()!, run.GetProperty("seed").GetInt64(), run.GetProperty("parameters").GetInt64(),
            run.GetProperty("images").GetInt64(), run.GetProperty("heldOutLoss").GetDouble(), run.GetProperty("trainingLoss").GetDouble(),
            run.GetProperty("processorSecondsPerImage").GetDouble())).ToList();
        var plain = runs.Where(run => run.Arm == "plain").ToDictionary(run => run.Seed);
        Console.WriteLine("| arm | parameters | images | held-out loss (each seed) | against plain, same seed | ms of one core an image |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var arm in runs.GroupBy(run => run.Arm))
        {
            var first = arm.First();
            var losses = string.Join(", ", arm.OrderBy(run => run.Seed).Select(run => $"{run.Loss:F4}"));
            var differences = arm.Where(run => plain.ContainsKey(run.Seed)).OrderBy(run => run.Seed)
                .Select(run => 100 * (run.Loss / plain[run.Seed].Loss - 1)).ToList();
            var against = arm.Key == "plain" || differences.Count == 0
                ? ""
                : $"{differences.Average():+0.00;-0.00} % ({string.Join(", ", differences.Select(value => $"{value:+0.00;-0.00}"))})";
            Console.WriteLine(
                $"| {arm.Key} | {first.Parameters / 1e6:F3} M | {first.Images:N0} | {arm.Average(run => run.Loss):F4} ({losses}) | {against} | {arm.Average(run => run.Seconds) * 1e3:F2} |");
        }
    }

    private sealed record Run(string Arm, long Seed, long Parameters, long Images, double Loss, double TrainingLoss, double Seconds);
}
