using Msf.Data;

namespace Msf.Tests.Data;

public class ImageGridTests
{
    [Fact]
    public void Images_run_in_rows_with_borders_around_and_between()
    {
        RgbImage[] images = [Pictures.Plain(3, 2, 10, 0, 0), Pictures.Plain(3, 2, 20, 0, 0), Pictures.Plain(3, 2, 30, 0, 0)];
        var sheet = ImageGrid.Make(images, columns: 2, padding: 1, background: 99);
        Assert.Equal((9, 7), (sheet.Width, sheet.Height));
        byte Red(int x, int y) => sheet.Pixels[3 * (y * 9 + x)];
        Assert.Equal((99, 10, 99, 20, 99), (Red(0, 1), Red(1, 1), Red(4, 1), Red(5, 1), Red(8, 1)));
        Assert.Equal((30, 99), (Red(3, 5), Red(5, 5)));    // the fourth place is empty
    }

    [Fact]
    public void Impossible_sheets_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImageGrid.Make([], 2));
        Assert.Throws<ArgumentException>(() => ImageGrid.Make([Pictures.Plain(2, 2, 0, 0, 0), Pictures.Plain(3, 2, 0, 0, 0)], 2));
        Assert.Throws<ArgumentException>(() => ImageGrid.Make([Pictures.Plain(2, 2, 0, 0, 0)], 1, padding: 100_000));
    }

    [Fact]
    public void An_image_must_have_as_many_bytes_as_it_says() =>
        Assert.Throws<ArgumentException>(() => new RgbImage(new byte[11], 2, 2));
}
