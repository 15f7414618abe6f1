using System.Text;

namespace Msf.Fuzzing;

/// <summary>Changes of bytes that are text: numbers become other numbers, tokens other tokens.</summary>
internal static class TextMutator
{
    private static readonly byte[][] _numbers =
    [
        .. new[]
        {
            "0", "-0", "1", "-1", "2", "7", "64", "65", "255", "256", "1024", "65535", "65536", "1000000", "2147483646", "2147483647", "2147483648", "-2147483648",
            "4294967295", "4294967296", "4611686018427387904", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
            "99999999999999999999999", "0.5", "1e-9", "1e9", "1e308", "1e999", "-1e999", "00", "0x10", "1.0", "٣",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>Replaces the first number at or after a place; without one, nothing.</summary>
    public static byte[] EditNumber(FuzzRandom random, byte[] bytes, int at)
    {
        var start = at;
        while (start < bytes.Length && !IsDigit(bytes[start])) start++;
        if (start == bytes.Length) return bytes;
        while (start > 0 && IsDigit(bytes[start - 1])) start--;
        var end = start;
        while (end < bytes.Length && IsDigit(bytes[end])) end++;
        return [.. bytes.AsSpan(0, start), .. random.Pick(_numbers), .. bytes.AsSpan(end)];
    }

    /// <summary>Replaces the token at a place: what stands between punctuation, quotes and spaces.</summary>
    public static byte[] ReplaceToken(FuzzRandom random, byte[] bytes, int at, byte[] word)
    {
        var (start, end) = (at, at);
        while (start > 0 && !IsBorder(bytes[start - 1])) start--;
        while (end < bytes.Length && !IsBorder(bytes[end])) end++;
        // With the quotes where it has some, most of the time.
        if (start > 0 && end < bytes.Length && bytes[start - 1] == '"' && bytes[end] == '"' && !random.Once(4)) (start, end) = (start - 1, end + 1);
        return [.. bytes.AsSpan(0, start), .. word, .. bytes.AsSpan(end)];
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    private static bool IsBorder(byte value) => value <= ' ' || ",:[]{}\""u8.Contains(value);
}
