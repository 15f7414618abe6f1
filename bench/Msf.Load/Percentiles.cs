namespace Msf.Load;

/// <summary>Of measured numbers.</summary>
internal static class Percentiles
{
    /// <summary>The smallest number that a share of all does not exceed.</summary>
    internal static double Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    /// <summary>"p50 ... p95 ...", in milliseconds.</summary>
    internal static string Milliseconds(IReadOnlyList<double> seconds) => $"p50 {1000 * Of(seconds, 0.5):F0} ms, p95 {1000 * Of(seconds, 0.95):F0} ms";
}
