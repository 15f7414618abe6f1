using SkiaSharp;

namespace Msf.Evaluation;

/// <summary>Draws what a <see cref="Plot"/> is made of.</summary>
/// <param name="canvas">Where.</param>
/// <param name="theme">Colours.</param>
/// <param name="typeface">Font of the texts; one without glyphs leaves them to <see cref="StrokeFont"/>.</param>
internal sealed class PlotPen(SKCanvas canvas, PlotTheme theme, SKTypeface typeface) : IDisposable
{
    private const float TextSize = 14, TitleSize = 18, StrokeWidth = 1.3f;

    private readonly bool _hasGlyphs = PlotFont.HasGlyphs(typeface);
    private readonly SKFont _font = new(typeface, TextSize);
    private readonly SKFont _titleFont = new(typeface, TitleSize);
    private readonly SKPaint _paint = new() { IsAntialias = true, StrokeCap = SKStrokeCap.Round };

    public float Measure(string text) => Measure(text, _font);

    public void Line(float x0, float y0, float x1, float y1, SKColor color, float width)
    {
        (_paint.Style, _paint.Color, _paint.StrokeWidth) = (SKPaintStyle.Stroke, color, width);
        canvas.DrawLine(x0, y0, x1, y1, _paint);
    }

    public void Dot(SKPoint at, float radius, SKColor color)
    {
        (_paint.Style, _paint.Color) = (SKPaintStyle.Fill, color);
        canvas.DrawCircle(at, radius, _paint);
    }

    public void Box(SKRect box)
    {
        (_paint.Style, _paint.Color) = (SKPaintStyle.Fill, theme.Paper.WithAlpha(0xdd));
        canvas.DrawRect(box, _paint);
    }

    public void Text(string text, float x, float y, SKTextAlign align) => Write(text, x, y, align, _font);

    public void Title(string text, float x, float y) => Write(text, x, y, SKTextAlign.Left, _titleFont);

    public void Upwards(string text, float x, float y)
    {
        canvas.Save();
        canvas.RotateDegrees(-90, x, y);
        Write(text, x, y, SKTextAlign.Center, _font);
        canvas.Restore();
    }

    public void Dispose()
    {
        _font.Dispose();
        _titleFont.Dispose();
        _paint.Dispose();
    }

    private float Measure(string text, SKFont font) => _hasGlyphs ? font.MeasureText(text) : StrokeFont.Measure(text, font.Size);

    private void Write(string text, float x, float y, SKTextAlign align, SKFont font)
    {
        (_paint.Style, _paint.Color, _paint.StrokeWidth) = (_hasGlyphs ? SKPaintStyle.Fill : SKPaintStyle.Stroke, theme.Ink, StrokeWidth);
        var left = x - Measure(text, font) * (align == SKTextAlign.Center ? 0.5f : align == SKTextAlign.Right ? 1 : 0);
        if (_hasGlyphs) canvas.DrawText(text, left, y, SKTextAlign.Left, font, _paint);
        else StrokeFont.Draw(canvas, text, left, y, font.Size, _paint);
    }
}
