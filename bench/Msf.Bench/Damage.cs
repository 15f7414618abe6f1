using System.Text.Json.Nodes;
using Msf.Checkpoints;

namespace Msf.Bench;

/// <summary>Ways in which files get damaged: by disks, by cut transfers, by mixed-up copies and by editors.</summary>
/// <param name="Name">Name of the kind.</param>
/// <param name="Apply">Damages the folder; receives random numbers, the folder, and an undamaged folder with other content of the same kind.</param>
internal sealed record Damage(string Name, Action<Random, string, string> Apply)
{
    private const int LargestRange = 4096;
    private const int HeaderReach = 512;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Damage> All { get; } =
    [
        new("one bit flipped", (random, folder, _) => Change(random, folder, bytes => Flip(random, bytes, 1, bytes.Length))),
        new("many bits flipped", (random, folder, _) => Change(random, folder, bytes => Flip(random, bytes, random.Next(2, 65), bytes.Length))),
        new("a bit of the beginning flipped", (random, folder, _) => Change(random, folder, bytes => Flip(random, bytes, 1, Math.Min(bytes.Length, HeaderReach)))),
        new("cut", (random, folder, _) => Change(random, folder, bytes => bytes[..random.Next(bytes.Length)])),
        new("emptied", (random, folder, _) => Change(random, folder, _ => [])),
        new("bytes appended", (random, folder, _) => Change(random, folder, bytes => [.. bytes, .. Filler(random, random.Next(1, 65))])),
        new("range zeroed", (random, folder, _) => Change(random, folder, bytes => InRange(random, bytes, (range, _) => range.Clear()))),
        new("range of noise", (random, folder, _) => Change(random, folder, bytes => InRange(random, bytes, (range, _) => random.NextBytes(range)))),
        new("block over another", (random, folder, _) => Change(random, folder, bytes => InRange(random, bytes, (range, from) => from.CopyTo(range)))),
        new("blocks swapped", (random, folder, _) => Change(random, folder, bytes => SwapBlocks(random, bytes))),
        new("tail of another file", (random, folder, other) => Change(random, folder, (name, bytes) => Graft(random, bytes, File.ReadAllBytes(Path.Combine(other, name))))),
        new("file of another folder", (random, folder, other) => Change(random, folder, (name, _) => File.ReadAllBytes(Path.Combine(other, name)))),
        new("stages swapped", (_, folder, _) => SwapStages(folder)),
        new("file removed", (random, folder, _) => File.Delete(Pick(random, folder))),
        new("folder in a file's place", (random, folder, _) => { var path = Pick(random, folder); File.Delete(path); Directory.CreateDirectory(path); }),
        new("JSON edited", (random, folder, _) => EditJson(random, folder)),
    ];

    private static string Pick(Random random, string folder, string pattern = "*")
    {
        var files = Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal).ToArray();
        return files[random.Next(files.Length)];
    }

    private static void Change(Random random, string folder, Func<byte[], byte[]> change) => Change(random, folder, (_, bytes) => change(bytes));

    private static void Change(Random random, string folder, Func<string, byte[], byte[]> change)
    {
        var path = Pick(random, folder);
        File.WriteAllBytes(path, change(Path.GetFileName(path), File.ReadAllBytes(path)));
    }

    private static byte[] Flip(Random random, byte[] bytes, int bits, int within)
    {
        for (var i = 0; i < bits; i++) bytes[random.Next(within)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] Filler(Random random, int count)
    {
        var bytes = new byte[count];
        switch (random.Next(3))
        {
            case 0: random.NextBytes(bytes); break;
            case 1: bytes.AsSpan().Fill((byte)'\n'); break;
            default: break;                                                                   // zeros
        }
        return bytes;
    }

    private delegate void RangeChange(Span<byte> range, ReadOnlySpan<byte> from);

    private static byte[] InRange(Random random, byte[] bytes, RangeChange change)
    {
        var length = random.Next(1, Math.Min(bytes.Length, LargestRange) + 1);
        var from = bytes.AsSpan(random.Next(bytes.Length - length + 1), length).ToArray();
        change(bytes.AsSpan(random.Next(bytes.Length - length + 1), length), from);
        return bytes;
    }

    private static byte[] SwapBlocks(Random random, byte[] bytes)
    {
        var length = random.Next(1, Math.Min(bytes.Length / 2, LargestRange) + 1);
        var first = random.Next(bytes.Length - 2 * length + 1);
        var second = random.Next(first + length, bytes.Length - length + 1);
        var kept = bytes.AsSpan(first, length).ToArray();
        bytes.AsSpan(second, length).CopyTo(bytes.AsSpan(first, length));
        kept.CopyTo(bytes.AsSpan(second, length));
        return bytes;
    }

    private static byte[] Graft(Random random, byte[] bytes, byte[] other)
    {
        var at = random.Next(Math.Min(bytes.Length, other.Length));
        return [.. bytes[..at], .. other[at..]];
    }

    private static void SwapStages(string folder)
    {
        var (one, other) = (Path.Combine(folder, ModelFolder.StageName(0)), Path.Combine(folder, ModelFolder.StageName(1)));
        var kept = File.ReadAllBytes(one);
        File.Move(other, one, overwrite: true);
        File.WriteAllBytes(other, kept);
    }

    private static void EditJson(Random random, string folder)
    {
        var path = Pick(random, folder, "*.json");
        var root = JsonNode.Parse(File.ReadAllText(path))!;
        var places = Places(root).ToArray();
        var (parent, key) = places[random.Next(places.Length)];
        var value = parent is JsonObject members ? members[key] : parent[int.Parse(key, System.Globalization.CultureInfo.InvariantCulture)];
        if (parent is JsonObject owner && random.Next(4) == 0) owner.Remove(key);
        else if (parent is JsonObject named && random.Next(4) == 0) named[key + "s"] = value?.DeepClone();
        else Set(parent, key, Other(random, value));
        File.WriteAllText(path, root.ToJsonString(new() { WriteIndented = true }));
    }

    private static void Set(JsonNode parent, string key, JsonNode? value)
    {
        if (parent is JsonObject members) members[key] = value;
        else parent[int.Parse(key, System.Globalization.CultureInfo.InvariantCulture)] = value;
    }

    private static JsonNode? Other(Random random, JsonNode? value) => (value as JsonValue)?.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.Number => random.Next(3) switch { 0 => 0, 1 => -1, _ => value!.GetValue<double>() + 1 },
        System.Text.Json.JsonValueKind.String => value!.GetValue<string>() + "x",
        System.Text.Json.JsonValueKind.True => false,
        System.Text.Json.JsonValueKind.False => true,
        _ => null,
    };

    private static IEnumerable<(JsonNode Parent, string Key)> Places(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => Below(node, member.Key, member.Value)),
        JsonArray items => items.SelectMany((item, i) => Below(node, i.ToString(System.Globalization.CultureInfo.InvariantCulture), item)),
        _ => [],
    };

    private static IEnumerable<(JsonNode Parent, string Key)> Below(JsonNode parent, string key, JsonNode? value) =>
        value is null ? [(parent, key)] : [(parent, key), .. Places(value)];
}
