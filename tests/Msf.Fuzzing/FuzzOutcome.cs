using System.Diagnostics;

namespace Msf.Fuzzing;

/// <summary>What came of one input.</summary>
/// <param name="Refused">Whether it was refused.</param>
/// <param name="Fault">What the reader did wrong; null where it did nothing wrong.</param>
/// <param name="Allocated">Bytes that reading took.</param>
/// <param name="Time">How long it took.</param>
internal sealed record FuzzOutcome(bool Refused, string? Fault, long Allocated, TimeSpan Time)
{
    private const int LongestMessage = 4096;

    /// <summary>Reads an input and judges what happens.</summary>
    /// <param name="target">The reader.</param>
    /// <param name="input">The input.</param>
    /// <param name="allocated">Counts the bytes that were allocated so far.</param>
    public static FuzzOutcome Of(FuzzTarget target, byte[] input, Func<long> allocated)
    {
        var (before, start) = (allocated(), Stopwatch.GetTimestamp());
        var (refused, native, fault) = (false, 0L, (string?)null);
        try
        {
            native = target.Read(input);
        }
        catch (InvalidDataException e)
        {
            (refused, fault) = (true, FaultOf(e.Message));
        }
        catch (Exception e)
        {
            fault = $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}{FirstOwnFrame(e)}";
        }
        var (taken, time) = (allocated() - before + native, Stopwatch.GetElapsedTime(start));
        if (fault is null && taken > target.Allowance(input.Length)) fault = $"took {taken} bytes for an input of {input.Length}, {target.Allowance(input.Length)} are allowed";
        return new FuzzOutcome(refused, fault, taken, time);
    }

    /// <summary>What is wrong with a message that refuses an input; null where it is one line that can be shown.</summary>
    internal static string? FaultOf(string message)
    {
        if (message.Length is 0 or > LongestMessage) return $"the message has {message.Length} characters";
        return message.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029')
            ? $"the message is not one line of text: {string.Concat(message.Select(character => char.IsControl(character) ? '?' : character))}"
            : null;
    }

    private static string FirstOwnFrame(Exception e)
    {
        var frame = e.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains(" Msf.", StringComparison.Ordinal));
        return frame is null ? "" : $" ({frame.Trim()})";
    }
}
