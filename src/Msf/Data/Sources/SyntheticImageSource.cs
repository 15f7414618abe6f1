using System.Globalization;
using Msf.Runtime;

namespace Msf.Data;

/// <summary>
/// Small drawings made by the program, for tests and first tries: circles, squares, triangles and crosses in seeded colours,
/// places and sizes. Image i is a function of (seed, i) and the size alone, and its class is i modulo 4.
/// </summary>
public sealed class SyntheticImageSource : IImageSource
{
    /// <summary>How the name of a synthetic source begins.</summary>
    public const string Prefix = "synthetic:";

    private static readonly Shape[] _shapes = Enum.GetValues<Shape>();

    /// <summary>Describes a set; images are drawn when they are read.</summary>
    /// <param name="size">Width and height in pixels, 8 to 1024.</param>
    /// <param name="count">Number of images, at least 1.</param>
    /// <param name="seed">Chooses one of many sets.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public SyntheticImageSource(int size = 32, int count = 1024, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Size = size;
        Count = count;
        Seed = seed;
        Classes = [.. _shapes.Select((shape, label) =>
            new ImageClass(shape.ToString().ToLowerInvariant(), (count - label + _shapes.Length - 1) / _shapes.Length))];
    }

    /// <summary>Width and height in pixels.</summary>
    public int Size { get; }

    /// <summary>Which of the many sets this is.</summary>
    public long Seed { get; }

    /// <inheritdoc/>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Prefix}shapes?size={Size}&count={Count}&seed={Seed}");

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <summary>Reads a name such as <c>synthetic:shapes?size=16&amp;count=512&amp;seed=3</c>.</summary>
    /// <exception cref="ArgumentException">The name is none of these; the message says what is expected.</exception>
    public static SyntheticImageSource Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parts = name.Split('?', 2);
        if (parts[0] != Prefix + "shapes") throw Unknown(name, $"\"{parts[0]}\" does not exist");
        int size = 32, count = 1024;
        long seed = 0;
        foreach (var option in parts.Length == 1 ? [] : parts[1].Split('&'))
        {
            var pair = option.Split('=', 2);
            if (pair.Length != 2 || !long.TryParse(pair[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
                throw Unknown(name, $"\"{option}\" is not NAME=NUMBER");
            switch (pair[0])
            {
                case "size" when value is >= 8 and <= 1024: size = (int)value; break;
                case "count" when value is >= 1 and <= int.MaxValue: count = (int)value; break;
                case "seed": seed = value; break;
                default: throw Unknown(name, $"\"{option}\" is unknown or out of range");
            }
        }
        return new SyntheticImageSource(size, count, seed);
    }

    /// <inheritdoc/>
    public int LabelAt(int index) => Checked(index) % _shapes.Length;

    /// <inheritdoc/>
    public string NameAt(int index) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}shapes[{Checked(index)}]");

    /// <inheritdoc/>
    public LabeledImage Read(int index)
    {
        var label = LabelAt(index);
        var random = new SplitMix64((ulong)SeededNoise.Mix(Seed, index));
        return new LabeledImage(ShapePainter.Paint(_shapes[label], Size, random), label, NameAt(index));
    }

    /// <summary>Does nothing: nothing is held.</summary>
    public void Dispose()
    {
    }

    private static ArgumentException Unknown(string name, string why) => new(
        $"{name}: {why}. Expected synthetic:shapes, optionally with ?size=8..1024&count=1..&seed=NUMBER.");

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return index;
    }
}
