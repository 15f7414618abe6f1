using SkiaSharp;

namespace Msf.Evaluation;

/// <summary>Colours of a <see cref="Plot"/> but those of its series, which stand out on either.</summary>
public sealed class PlotTheme
{
    private PlotTheme(SKColor paper, SKColor ink, SKColor pale, byte faint) => (Paper, Ink, Pale, Faint) = (paper, ink, pale, faint);

    /// <summary>Dark on white.</summary>
    public static PlotTheme Light { get; } = new(SKColors.White, new(0x33, 0x33, 0x33), new(0xe4, 0xe4, 0xe4), 0x70);

    /// <summary>Light on nearly black.</summary>
    public static PlotTheme Dark { get; } = new(new(0x16, 0x18, 0x1c), new(0xd8, 0xda, 0xde), new(0x34, 0x37, 0x3d), 0xc0);

    /// <summary>What it is drawn on.</summary>
    internal SKColor Paper { get; }

    /// <summary>Texts and axes.</summary>
    internal SKColor Ink { get; }

    /// <summary>Lines of the grid.</summary>
    internal SKColor Pale { get; }

    /// <summary>Opacity of points that stand alone.</summary>
    internal byte Faint { get; }
}
