namespace Msf.Data;

/// <summary>Size of an image.</summary>
/// <param name="Width">Pixels of a row.</param>
/// <param name="Height">Number of rows.</param>
public readonly record struct PixelSize(int Width, int Height)
{
    /// <summary>Width over height.</summary>
    public double Aspect => (double)Width / Height;

    /// <summary>"WIDTHxHEIGHT".</summary>
    public override string ToString() => $"{Width}x{Height}";
}
