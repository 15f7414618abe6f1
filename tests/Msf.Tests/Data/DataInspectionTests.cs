using Msf.Data;

namespace Msf.Tests.Data;

public class DataInspectionTests
{
    [Fact]
    public void Sizes_classes_and_broken_images_are_listed_and_nothing_is_thrown()
    {
        using var folder = new TemporaryFolder();
        PngFile.Write(folder["cat/1.png"], Pictures.Plain(4, 6, 1, 2, 3));
        PngFile.Write(folder["cat/2.png"], Pictures.Plain(8, 5, 1, 2, 3));
        File.WriteAllBytes(folder["cat/3.png"], File.ReadAllBytes(folder["cat/2.png"])[..^15]);
        File.WriteAllText(folder["cat/1.jpg"], "no image");
        using var source = ImageSources.Open(folder.Root);
        var report = DataInspection.Inspect(source, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((4, new SizeRange(4, 8), new SizeRange(5, 6)), (report.Count, report.Width, report.Height));
        Assert.Equal([new("cat", 4)], report.Classes);
        Assert.Equal(["cat/1.jpg", "cat/3.png"], report.Broken.Select(broken => broken.Name));
        Assert.StartsWith("not a PNG, JPEG, WebP or BMP", report.Broken[0].Why, StringComparison.Ordinal);
        Assert.Contains("remain in the file", report.Broken[1].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_without_a_readable_image_has_no_size()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["cat"]);
        File.WriteAllText(folder["cat/1.png"], "no image");
        using var source = ImageSources.Open(folder.Root);
        var report = DataInspection.Inspect(source, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(report.Width);
        Assert.Single(report.Broken);
    }

    [Fact]
    public void Progress_ends_at_the_count_and_an_inspection_can_be_stopped()
    {
        using var source = new SyntheticImageSource(8, count: 300);
        var most = 0;
        DataInspection.Inspect(source, new Sink(done => most = Math.Max(most, done)), TestContext.Current.CancellationToken);
        Assert.Equal(300, most);
        Assert.Throws<OperationCanceledException>(() => DataInspection.Inspect(source, null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_contact_sheet_has_a_row_for_each_class_and_passes_over_damage()
    {
        using var folder = new TemporaryFolder();
        PngFile.Write(folder["a/1.png"], Pictures.Plain(4, 4, 10, 0, 0));
        File.WriteAllText(folder["a/2.png"], "no image");
        PngFile.Write(folder["b/1.png"], Pictures.Plain(8, 8, 20, 0, 0));
        PngFile.Write(folder["b/2.png"], Pictures.Plain(8, 8, 30, 0, 0));
        PngFile.Write(folder["b/3.png"], Pictures.Plain(8, 8, 40, 0, 0));
        using var source = ImageSources.Open(folder.Root);
        var sheet = ContactSheet.Make(source, columns: 2, imageSize: 4);
        Assert.Equal((14, 14), (sheet.Width, sheet.Height));
        byte Red(int x, int y) => sheet.Pixels[3 * (y * 14 + x)];
        Assert.Equal((10, 255, 20, 30), (Red(3, 3), Red(9, 3), Red(3, 9), Red(9, 9)));
    }

    [Fact]
    public void A_contact_sheet_passes_over_files_that_are_gone_or_closed()
    {
        using var source = new ScriptedSource(4, index =>
        {
            if (index == 1) throw new UnauthorizedAccessException("image 1 is closed.");
            if (index == 2) throw new FileNotFoundException("image 2 is gone.");
        });
        Assert.True(ContactSheet.Make(source, columns: 1, imageSize: 4).Height > 4);
        using var unplugged = new ScriptedSource(4, _ => throw new IOException("the disk is gone."));
        Assert.Throws<IOException>(() => ContactSheet.Make(unplugged, columns: 1, imageSize: 4));
    }

    private sealed class Sink(Action<int> report) : IProgress<int>
    {
        private readonly Lock _gate = new();

        public void Report(int value)
        {
            lock (_gate) report(value);
        }
    }
}
