using SkiaSharp;

namespace Msf.Evaluation;

/// <summary>Letters made of straight strokes, for machines without fonts; small letters are small capitals.</summary>
internal static class StrokeFont
{
    private const float CapitalHeight = 0.72f, SmallCapitals = 0.78f, Units = 6, Advance = 6;
    private const string Unknown = "0040460600";

    // Strokes with a space between them; a point is two digits: x from 0 (left) to 4, y from 0 (top) to 6 (the line they stand on).
    private static readonly Dictionary<char, string> _glyphs = new()
    {
        ['0'] = "103041453616050110",
        ['1'] = "112026 1636",
        ['2'] = "01103041420646",
        ['3'] = "01103041423313 334445361605",
        ['4'] = "36300444",
        ['5'] = "400002324345361605",
        ['6'] = "4130100105163645443303",
        ['7'] = "004016",
        ['8'] = "103041423313020110 3344453616050413",
        ['9'] = "4313020110304145361605",
        ['A'] = "062046 1434",
        ['B'] = "06003041423303 3344453606",
        ['C'] = "4130100105163645",
        ['D'] = "06003041453606",
        ['E'] = "40000646 0333",
        ['F'] = "400006 0333",
        ['G'] = "41301001051636454323",
        ['H'] = "0006 4046 0343",
        ['I'] = "1030 2026 1636",
        ['J'] = "4045361605",
        ['K'] = "0006 400346",
        ['L'] = "000646",
        ['M'] = "0600234046",
        ['N'] = "06004640",
        ['O'] = "103041453616050110",
        ['P'] = "06003041423303",
        ['Q'] = "103041453616050110 3446",
        ['R'] = "06003041423303 2346",
        ['S'] = "413010010213334445361605",
        ['T'] = "0040 2026",
        ['U'] = "000516364540",
        ['V'] = "002640",
        ['W'] = "0016233640",
        ['X'] = "0046 4006",
        ['Y'] = "002340 2326",
        ['Z'] = "00400646",
        [' '] = "",
        ['.'] = "2526",
        [','] = "2517",
        [':'] = "2223 2526",
        [';'] = "2223 2517",
        ['-'] = "1333",
        ['+'] = "0343 2125",
        ['±'] = "0242 2024 0646",
        ['('] = "30212536",
        [')'] = "10212516",
        ['['] = "30202636",
        [']'] = "10202616",
        ['%'] = "4006 0010110100 3545463635",
        ['/'] = "4006",
        ['|'] = "2027",
        ['='] = "0242 0444",
        ['<'] = "410345",
        ['>'] = "014305",
        ['_'] = "0646",
        ['\''] = "2021",
    };

    /// <summary>Width of a text in pixels.</summary>
    public static float Measure(string text, float size) => text.Sum(letter => Scale(letter, size) * Advance);

    /// <summary>Draws a text whose first letter begins at x, on the line y.</summary>
    public static void Draw(SKCanvas canvas, string text, float x, float y, float size, SKPaint paint)
    {
        foreach (var letter in text)
        {
            var unit = Scale(letter, size);
            foreach (var stroke in _glyphs.GetValueOrDefault(char.ToUpperInvariant(letter), Unknown).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var points = stroke.Chunk(2).Select(p => new SKPoint(x + unit * (p[0] - '0'), y + unit * (p[1] - '0' - Units))).ToArray();
                for (var i = 0; i + 1 < points.Length; i++) canvas.DrawLine(points[i], points[i + 1], paint);
            }
            x += unit * Advance;
        }
    }

    private static float Scale(char letter, float size) => size * CapitalHeight / Units * (char.IsLower(letter) ? SmallCapitals : 1);
}
