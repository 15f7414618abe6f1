namespace Msf.Data;

/// <summary>An image that cannot be used.</summary>
/// <param name="Name">The image, as <see cref="IImageSource.NameAt"/> gives it.</param>
/// <param name="Why">One line: what is wrong and what to do.</param>
public sealed record BrokenImage(string Name, string Why);
