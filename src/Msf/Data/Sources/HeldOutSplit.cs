using Msf.Runtime;

namespace Msf.Data;

/// <summary>
/// Parts a set into images to train on and images to judge by: of every class the same share, chosen by the seed. What belongs together (versions of one drawing, frames of one film)
/// stays together where its names say so.
/// </summary>
/// <param name="Training">To train on.</param>
/// <param name="HeldOut">To judge by; at least one image.</param>
public sealed record HeldOutSplit(ImageSubset Training, ImageSubset HeldOut)
{
    private const long Stream = 0x48656C64;                                                   // "Held" in ASCII

    /// <summary>Parts a set.</summary>
    /// <param name="source">The whole; stays open as long as the parts are used, and is not disposed with them.</param>
    /// <param name="share">Share to hold out, above 0 and below 1; of every class with two groups or more at least one group.</param>
    /// <param name="group">Images of a class that <see cref="NameGroups"/> puts together by this pattern stay together. Null parts image by image.</param>
    /// <param name="seed">Chooses.</param>
    /// <exception cref="ArgumentException">No class has two groups, so that nothing can be held out; or the expression is none.</exception>
    public static HeldOutSplit Of(IImageSource source, double share, string? group, long seed)
    {
        if (!(share is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "expected above 0 and below 1.");
        var names = new NameGroups(group);
        var heldOut = new HashSet<int>();
        foreach (var ofClass in Enumerable.Range(0, source.Count).GroupBy(source.LabelAt))
        {
            var groups = ofClass.GroupBy(index => names.Of(source.NameAt(index)), StringComparer.Ordinal)
                .OrderBy(members => SeededNoise.Mix(seed, Stream, members.First())).ToArray();
            var wanted = Math.Max(1, (int)Math.Round(share * ofClass.Count()));
            var (taken, images) = (0, 0);
            while (taken < groups.Length - 1 && images < wanted)
            {
                heldOut.UnionWith(groups[taken]);
                images += groups[taken++].Count();
            }
        }
        if (heldOut.Count == 0) throw new ArgumentException($"{source.Name} has no class with two {(group is null ? "images" : "groups of images")}, so that none can be held out; give another set.", nameof(source));
        int[] all = [.. Enumerable.Range(0, source.Count)];
        return new HeldOutSplit(new ImageSubset(source, [.. all.Where(index => !heldOut.Contains(index))]), new ImageSubset(source, [.. all.Where(heldOut.Contains)]));
    }
}
