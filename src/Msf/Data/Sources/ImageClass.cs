namespace Msf.Data;

/// <summary>A class of a labelled image set; its label is its place in <see cref="ILabeledSet.Classes"/>.</summary>
/// <param name="Name">Name as the set gives it, for example "frog".</param>
/// <param name="Count">Number of images, readable or not.</param>
public sealed record ImageClass(string Name, int Count);
