namespace Msf.Data;

/// <summary>The drawings of <see cref="SyntheticImageSource"/>; each is a class.</summary>
internal enum Shape
{
    Circle,
    Square,
    Triangle,
    Cross,
}
