using System.Text;

namespace Msf.Fuzzing;

/// <summary>A reader of JSON: damaged as bytes, and member by member.</summary>
internal abstract class JsonTarget : FileTarget
{
    // A configuration of a few lines becomes objects, and its faults become sentences.
    public override long Allowance(long length) => (1 << 20) + 2048 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "null", "true", "false", "[]", "{}", "\"\"", "[null]", "[[]]", "{\"a\":1}", "\"\\u0000\"", "\"\\ud800\"", "\"a\\nb\"", "\"\\u2028\"", "-1", "0", "1e999", "1e-999", "2147483647", "9223372036854775807", "\"NaN\"",
            "//\n", "/*", ",", ":", "{", "}", "[", "]", "\"", new string('[', 80), string.Concat(Enumerable.Repeat("{\"a\":", 80)), "[1,1,1,1,1,1,1,1,1]", "\"kind\"", "\"pixels\"", "1.5",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    // The text of a preset or a manifest, its comments too.
    protected static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
