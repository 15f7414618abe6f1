using Msf.Data;

namespace Msf.Tests.Data;

public sealed class AugmentationSheetTests
{
    private static readonly LoaderOptions _options = new() { Seed = 2, Augmentation = new() { NonLeaky = new() { Probability = 0.5 } } };

    [Fact]
    public void Each_row_is_an_image_as_it_is_and_then_augmented_differently()
    {
        using var source = new SyntheticImageSource(16, 40);
        var sheet = AugmentationSheet.Make(source, 16, _options, rows: 4, columns: 5);
        Assert.Equal((5 * 18 + 2, 4 * 18 + 2), (sheet.Width, sheet.Height));
        for (var row = 0; row < 4; row++)
        {
            Assert.Equal(source.Read(10 * row).Pixels, Cell(sheet, row, 0));
            var different = Enumerable.Range(0, 5).Select(column => Convert.ToHexString(Cell(sheet, row, column))).Distinct().Count();
            Assert.InRange(different, 3, 5);                                                  // a quarter of pictures may be the image itself
        }
    }

    [Fact]
    public void Damaged_images_are_passed_over_and_a_set_of_them_is_refused()
    {
        using var source = ScriptedSource.WithBroken(4, 0, 2);
        var sheet = AugmentationSheet.Make(source, 16, _options, rows: 10, columns: 3);
        Assert.Equal(2 * 18 + 2, sheet.Height);
        using var broken = ScriptedSource.WithBroken(2, 0, 1);
        Assert.Contains("broken images", Assert.Throws<InvalidDataException>(() => AugmentationSheet.Make(broken, 16, _options)).Message, StringComparison.Ordinal);
    }

    private static byte[] Cell(RgbImage sheet, int row, int column)
    {
        var (top, left) = (2 + 18 * row, 2 + 18 * column);
        return [.. Enumerable.Range(0, 16).SelectMany(y => sheet.Pixels.AsSpan(3 * ((top + y) * sheet.Width + left), 48).ToArray())];
    }
}
