namespace Msf.Data;

/// <summary>A linear map of the plane and a shift: (x, y) becomes (Xx x + Xy y + X, Yx x + Yy y + Y). In images y points down.</summary>
internal readonly record struct AffineMap(double Xx, double Xy, double X, double Yx, double Yy, double Y)
{
    /// <summary>The map that changes nothing.</summary>
    public static AffineMap Identity { get; } = Scaling(1, 1);

    /// <summary>Multiplies both coordinates.</summary>
    public static AffineMap Scaling(double x, double y) => new(x, 0, 0, 0, y, 0);

    /// <summary>Turns from the first axis towards the second: clockwise as seen.</summary>
    public static AffineMap Rotation(double radians)
    {
        var (sin, cos) = Math.SinCos(radians);
        return new(cos, -sin, 0, sin, cos, 0);
    }

    /// <summary>Adds to both coordinates.</summary>
    public static AffineMap Translation(double x, double y) => new(1, 0, x, 0, 1, y);

    /// <summary>This map after another.</summary>
    public AffineMap After(AffineMap first) => new(
        Xx * first.Xx + Xy * first.Yx, Xx * first.Xy + Xy * first.Yy, Xx * first.X + Xy * first.Y + X,
        Yx * first.Xx + Yy * first.Yx, Yx * first.Xy + Yy * first.Yy, Yx * first.X + Yy * first.Y + Y);

    /// <summary>Where a point goes.</summary>
    public (double X, double Y) Of(double x, double y) => (Xx * x + Xy * y + X, Yx * x + Yy * y + Y);
}
