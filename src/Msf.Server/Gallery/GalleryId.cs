using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Msf.Server;

/// <summary>Names of images: the time, a counter and chance, in hexadecimal digits, so that their order is that of their making and no other text is one.</summary>
internal static partial class GalleryId
{
    private static int _counter;

    /// <summary>A new name, after all others of this process.</summary>
    internal static string New(DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{now.ToUnixTimeMilliseconds():x12}{Interlocked.Increment(ref _counter) & 0xffffff:x6}{RandomNumberGenerator.GetInt32(int.MaxValue):x8}");

    /// <summary>Whether a text is a name.</summary>
    internal static bool IsId(string text) => Pattern().IsMatch(text);

    /// <summary>When an image was made.</summary>
    internal static DateTimeOffset Created(string id) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(id.AsSpan(0, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    [GeneratedRegex("^0[0-9a-f]{25}\\z")]
    private static partial Regex Pattern();
}
