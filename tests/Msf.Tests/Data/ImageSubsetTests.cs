using Msf.Data;

namespace Msf.Tests.Data;

public sealed class ImageSubsetTests
{
    [Fact]
    public void Classes_are_counted_by_one_look_at_each_label()
    {
        using var source = new Labelled();
        int[] kept = [1, 2, 3, 5, 8, 13];
        using var subset = new ImageSubset(source, kept);
        Assert.Equal(kept.Length, source.Looks);
        Assert.Equal([new("0", 1), new("1", 2), new("2", 0), new("3", 3)], subset.Classes);
    }

    private sealed class Labelled : IImageSource
    {
        public int Looks { get; private set; }

        public string Name => "labelled";

        public int Count => 20;

        public IReadOnlyList<ImageClass> Classes { get; } = [.. Enumerable.Range(0, 4).Select(label => new ImageClass($"{label}", 5))];

        public int LabelAt(int index)
        {
            Looks++;
            return index switch { 2 => 0, 5 or 13 => 1, _ => 3 };
        }

        public string NameAt(int index) => $"{index}";

        public LabeledImage Read(int index) => throw new InvalidDataException("has no pixels.");

        public void Dispose()
        {
        }
    }
}
