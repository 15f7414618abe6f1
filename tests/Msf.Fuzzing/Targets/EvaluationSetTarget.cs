using System.IO.Compression;
using System.Text;
using Msf.Evaluation;

namespace Msf.Fuzzing;

/// <summary>What an evaluation keeps of a set of images: an archive whose arrays must fit each other; what passes is measured against itself.</summary>
internal sealed class EvaluationSetTarget : FileTarget
{
    private static readonly EvaluationOptions _options = new()
    {
        Metrics = [MetricKind.FrechetDistance, MetricKind.SpatialFrechet, MetricKind.InceptionScore, MetricKind.ClassAccuracy, MetricKind.Neighbours, MetricKind.Bands],
        Resamples = 0,
        InceptionSplits = 1,
    };

    private Dictionary<string, byte[]>? _records;

    public override string Name => "evaluation set";

    public override long Allowance(long length) => (1 << 20) + 4 * 1032 * length;

    protected override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[] { "'<f4'", "'<f8'", "'<i8'", "'|u1'", "(8, 4)", "(8, 1)", "(4,)", "(4, 4)", "\"imageSize\"", "[16,16]", "[-1,0]", "\"levels\"", "9", "-1", "\"classes\"", "[]", "\"keep\"" }.Select(Encoding.ASCII.GetBytes),
    ];

    public override byte[] Mutate(FuzzRandom random)
    {
        if (random.Once(3)) return base.Mutate(random);
        var records = Records();
        var name = random.Pick(records.Keys.Order(StringComparer.Ordinal).ToArray());
        return ZipBytes.Of([.. records.Where(record => record.Key == name || !random.Once(8)).Select(record => (record.Key, record.Key == name ? Mutator.Change(random, record.Value, [.. records.Values], Words) : record.Value))]);
    }

    public override long Read(byte[] input)
    {
        using var set = EvaluationSet.Read(Write(input, "set.npz"));
        using var reference = new MetricReference(set, _options);
        return reference.Measure(set).Kept;
    }

    protected override IEnumerable<byte[]> MakeCorpus()
    {
        yield return ZipBytes.Of([.. Records().Select(record => (record.Key, record.Value))], deflate: true);
        yield return ZipBytes.Of([.. Records().Where(record => record.Key is "mu.npy" or "sigma.npy").Select(record => (record.Key, record.Value))]);
    }

    private Dictionary<string, byte[]> Records()
    {
        if (_records is not null) return _records;
        using var network = new ColourMeans();
        using var set = new EvaluationSet(network, _options, "drawn", ["a", "b"]);
        using (TorchSharp.torch.NewDisposeScope()) set.Add(TorchSharp.torch.linspace(-1, 1, 8 * 3 * 16 * 16).view(8, 3, 16, 16), [0, 1, 0, 1, 0, 1, 0, 1]);
        using var archive = new ZipArchive(new MemoryStream(Written("set.npz", set.Write)));
        _records = [];
        foreach (var entry in archive.Entries)
        {
            using var content = new MemoryStream();
            using (var stream = entry.Open()) stream.CopyTo(content);
            _records.Add(entry.FullName, content.ToArray());
        }
        return _records;
    }
}
