namespace Msf.Data;

/// <summary>
/// What training takes examples from: an image set, or a cache of its latents. The order of classes and examples is the same on every machine
/// and in every run. All members may be used from several threads at once.
/// </summary>
public interface ILabeledSet : IDisposable
{
    /// <summary>What was opened, as the user would name it.</summary>
    public string Name { get; }

    /// <summary>Number of examples.</summary>
    public int Count { get; }

    /// <summary>The classes; a label is a place in this list.</summary>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <summary>The label of an example, without decoding it.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public int LabelAt(int index);

    /// <summary>The name of an example, without decoding it: a path below the source, or a file and a row.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public string NameAt(int index);
}
