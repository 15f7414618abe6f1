using Msf.Data;

namespace Msf.Server;

/// <summary>A picture that a job starts from.</summary>
/// <param name="Picture">The picture, of the size of the images.</param>
/// <param name="Mask">White where to generate, of that size, too; null for everywhere.</param>
/// <param name="Strength">How much of the base is made anew, 0 to 1.</param>
internal sealed record JobPicture(RgbImage Picture, RgbImage? Mask, double Strength);
