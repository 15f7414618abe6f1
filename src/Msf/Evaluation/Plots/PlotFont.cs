using SkiaSharp;

namespace Msf.Evaluation;

/// <summary>Finds a font: Skia's build without system libraries knows of none, so that the usual folders are looked at.</summary>
internal static class PlotFont
{
    private static readonly string[] _preferred = ["DejaVuSans", "LiberationSans-Regular", "NotoSans-Regular", "Arial", "arial", "Helvetica", "segoeui", "Ubuntu-R", "FreeSans"];
    private static readonly Lazy<SKTypeface> _typeface = new(Find);

    /// <summary>A font with Latin letters; where the machine has none, one without glyphs.</summary>
    public static SKTypeface Typeface => _typeface.Value;

    /// <summary>Whether a font can write at all.</summary>
    public static bool HasGlyphs(SKTypeface typeface)
    {
        using var font = new SKFont(typeface);
        return font.ContainsGlyph('0');
    }

    private static SKTypeface Find()
    {
        if (HasGlyphs(SKTypeface.Default)) return SKTypeface.Default;
        var files = Folders().Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.ttf", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
            .OrderBy(Rank).ThenBy(file => file, StringComparer.Ordinal);
        return files.Select(SKTypeface.FromFile).FirstOrDefault(typeface => typeface is not null && HasGlyphs(typeface)) ?? SKTypeface.Default;
    }

    private static int Rank(string file)
    {
        var place = Array.IndexOf(_preferred, Path.GetFileNameWithoutExtension(file));
        return place < 0 ? _preferred.Length : place;
    }

    private static string[] Folders() =>
    [
        "/usr/share/fonts", "/usr/local/share/fonts", Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".fonts"),
        "/System/Library/Fonts/Supplemental", "/Library/Fonts", Environment.GetFolderPath(Environment.SpecialFolder.Fonts),
    ];
}
