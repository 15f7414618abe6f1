using Msf.Data;

namespace Msf.Evaluation;

/// <summary>The pictures of a report; samples that were not kept are made again, by their places.</summary>
/// <param name="samples">The samples.</param>
/// <param name="classNames">Names of their classes; empty where they have none.</param>
/// <param name="reference">The data.</param>
/// <param name="check">Neighbours; null where there are none.</param>
/// <param name="cancellation">Ends the making of samples.</param>
internal sealed class ReportPictures(IImageSet samples, IReadOnlyList<string> classNames, ReferenceImages reference, MemorisationCheck? check, CancellationToken cancellation)
{
    private const int InSheet = 64, SheetColumns = 8, OfClass = 8, MostClasses = 20, Closest = 16, Typical = 8, BatchSize = 16;

    private readonly Dictionary<int, RgbImage> _made = [];

    /// <summary>The memorisation check; null where there is none.</summary>
    public MemorisationCheck? Check => check;

    /// <summary>The first samples.</summary>
    public RgbImage Sheet() => Grid([.. Enumerable.Range(0, Math.Min(InSheet, samples.Count))], SheetColumns);

    /// <summary>For every class its first samples, and images of the data; of the first twenty classes.</summary>
    public IEnumerable<(string Name, RgbImage Samples, RgbImage? Data)> Classes()
    {
        if (samples.Labels is not { } labels) yield break;
        for (var label = 0; label < Math.Min(MostClasses, classNames.Count); label++)
        {
            int[] places = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] == label).Take(OfClass)];
            if (places.Length == 0) continue;
            RgbImage[] images = [.. reference.OfClass(classNames[label], OfClass).Select(place => reference.Read(place)).OfType<RgbImage>()];
            yield return (classNames[label], Grid(places, OfClass), images.Length == 0 ? null : ImageGrid.Make(images, OfClass));
        }
    }

    /// <summary>Samples beside what is nearest to them: in the closest pairs, and in the first ones, which are like any.</summary>
    /// <param name="near">Samples and their neighbours.</param>
    /// <param name="closest">The closest ones instead of the first ones.</param>
    public IEnumerable<(RgbImage Sample, RgbImage Image, string Name, NeighbourPair Pair)> Pairs(IReadOnlyList<NeighbourPair> near, bool closest)
    {
        NeighbourPair[] shown = [.. closest ? near.OrderBy(pair => pair.Distance).Take(Closest) : near.Take(Typical)];
        Make([.. shown.Select(pair => (int)pair.Sample)]);
        foreach (var pair in shown)
            if (reference.Read(pair.Image) is { } image) yield return (_made[(int)pair.Sample], image, reference.NameAt(pair.Image), pair);
    }

    private RgbImage Grid(int[] places, int columns)
    {
        Make(places);
        return ImageGrid.Make([.. places.Select(place => _made[place])], columns);
    }

    private void Make(int[] places)
    {
        foreach (var batch in places.Distinct().Where(place => !_made.ContainsKey(place)).ToArray().Chunk(BatchSize))
            foreach (var (place, image) in batch.Zip(samples.Read(batch, cancellation).ToImages())) _made[place] = image;
    }
}
