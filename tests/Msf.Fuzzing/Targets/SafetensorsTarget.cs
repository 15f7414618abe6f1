using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Fuzzing;

/// <summary>Safetensors files: opened, and every tensor read.</summary>
internal sealed class SafetensorsTarget : FileTarget
{
    public override string Name => "safetensors";

    // A tensor of no bytes takes a name and an entry: some 40 bytes of header become a managed object and a libtorch tensor.
    public override long Allowance(long length) => (64 << 10) + 64 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "\"__metadata__\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "[]", "{}", "[0,0]", "null", "true", "\"F64\"", "\"BOOL\"", "\"F8_E4M3\"", "\"\\ud800\"", "\"\\u0000\"", "\"a\\nb\"",
            "[0,4611686018427387904,4611686018427387904]", "\"x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
    ];

    // Half of the time the header alone: its length stays right, and numbers are as good as others.
    public override byte[] Mutate(FuzzRandom random) => random.Once(2) ? base.Mutate(random) : ChangeHeader(random, random.Pick(Corpus), Words);

    /// <summary>Damages the header of a file and nothing else, its length kept right.</summary>
    public static byte[] ChangeHeader(FuzzRandom random, byte[] file, IReadOnlyList<byte[]> words)
    {
        if (file.Length <= 8) return file;
        var end = 8 + (int)Math.Min(BitConverter.ToUInt64(file), (ulong)file.Length - 8);
        var header = Mutator.Change(random, file[8..end], [file[8..end]], words);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. file[end..]];
    }

    public override long Read(byte[] input)
    {
        var tensors = SafetensorsFile.ReadAll(Write(input, "a.safetensors"));
        var bytes = tensors.Values.Sum(tensor => tensor.numel() * tensor.element_size());
        foreach (var tensor in tensors.Values) tensor.Dispose();
        return bytes;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        using var scope = NewDisposeScope();
        yield return Make(new() { ["a"] = arange(6, dtype: ScalarType.Float32).view(2, 3), ["m"] = ones(1, 4, dtype: ScalarType.Bool) }, new() { ["format"] = "pt" });
        yield return Make(new() { ["scalar"] = tensor(3.5), ["empty"] = zeros(2, 0, 3), ["half"] = ones(3, dtype: ScalarType.BFloat16) }, null);
        yield return Make(new() { ["blocks.0.attn.qkv.weight"] = arange(48, dtype: ScalarType.Int16).view(4, 3, 4), ["b"] = ones(5, dtype: ScalarType.Int8), ["c"] = arange(4) }, []);
        yield return Make([], null);
    }

    private byte[] Make(Dictionary<string, Tensor> tensors, Dictionary<string, string>? metadata) => Written("made", path => SafetensorsWriter.Write(path, tensors, metadata));
}
