using System.Globalization;
using System.Text;
using System.Text.Json;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>The class of a WebDataset sample as its label member says it.</summary>
/// <param name="Number">Its number; null where only a name is given.</param>
/// <param name="Name">Its name; null where only a number is given.</param>
internal readonly record struct SampleClass(int? Number, string? Name)
{
    private const int MostClasses = 1 << 16;
    private static readonly string[] _nameMembers = ["class_name", "class", "label"];
    private static readonly string[] _numberMembers = ["label", "cls", "class"];

    /// <summary>Reads a <c>.cls</c> member: a number, or a name.</summary>
    /// <exception cref="InvalidDataException">It is empty, or the number is out of range; the message does not name the sample.</exception>
    public static SampleClass FromText(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes).Trim();
        if (text.Length == 0) throw new InvalidDataException("has an empty class");
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? new SampleClass(Checked(number), null) : new SampleClass(null, PrintableText.Of(text));
    }

    /// <summary>Reads a <c>.json</c> member: <c>label</c> (or <c>cls</c>, <c>class</c>) as a number, <c>class_name</c> (or <c>class</c>, <c>label</c>) as a text.</summary>
    /// <returns>The class, or null where the object says nothing of one.</returns>
    /// <exception cref="InvalidDataException">It is no JSON object; the message does not name the sample.</exception>
    public static SampleClass? FromJson(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new InvalidDataException("has a .json that is no object");
            var number = Members(root, _numberMembers, JsonValueKind.Number).Select(value => (int?)Checked(value.TryGetInt64(out var n) ? n : -1)).FirstOrDefault();
            var name = Members(root, _nameMembers, JsonValueKind.String).Select(value => PrintableText.Of(value.GetString()!.Trim())).FirstOrDefault(text => text.Length > 0);
            return number is null && name is null ? null : new SampleClass(number, name);
        }
        catch (Exception e) when (JsonFormat.IsFault(e))
        {
            throw new InvalidDataException("has a .json that is no JSON");
        }
    }

    private static IEnumerable<JsonElement> Members(JsonElement root, string[] names, JsonValueKind kind) =>
        names.Select(name => root.TryGetProperty(name, out var value) ? value : default).Where(value => value.ValueKind == kind);

    private static int Checked(long number) =>
        number is >= 0 and < MostClasses ? (int)number : throw new InvalidDataException($"has class {number}, expected 0 to {MostClasses - 1}");
}
