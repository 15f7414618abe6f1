using Msf.Data;
using SkiaSharp;

namespace Msf.Tests.Data;

public sealed class DataPreparationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<PreparedFormat, string, int> Outputs => new()
    {
        { PreparedFormat.ClassFolders, "out", 1 },
        { PreparedFormat.WebDataset, "out.tar", 1 },
        { PreparedFormat.WebDataset, "out.tar", 3 },
        { PreparedFormat.Parquet, "out.parquet", 1 },
        { PreparedFormat.Parquet, "out.parquet", 3 },
    };

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Whatever_it_is_converted_to_a_set_holds_the_same_images_and_classes(PreparedFormat format, string name, int shards)
    {
        using var source = new SyntheticImageSource(16, 30, seed: 3);
        foreach (var encoding in Enum.GetValues<PreparedEncoding>())
        {
            var result = DataPreparation.Run(source, _folder[$"{encoding}/{name}"], new() { Format = format, Encoding = encoding, Shards = shards }, cancellationToken: Cancellation);
            Assert.Equal((30, 0, shards), (result.Images, result.Broken.Count, result.Files.Count));
            using var back = ImageSources.Open(_folder[$"{encoding}"] + (format == PreparedFormat.ClassFolders ? "/out" : ""));
            Assert.Equal(source.Classes, back.Classes);
            AssertSameImages(source, back, sameOrder: format != PreparedFormat.ClassFolders);
            Assert.Empty(Directory.GetFileSystemEntries(_folder[$"{encoding}"], "*preparing*"));
        }
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Files_are_passed_on_as_they_are_and_broken_ones_left_out_and_named(PreparedFormat format, string name, int shards)
    {
        var files = Enumerable.Range(0, 6).Select(i => Pictures.Encode(Pictures.Noise(9, 7, i), i % 2 == 0 ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Webp, 80)).ToArray();
        for (var i = 0; i < 6; i++) Write($"in/{(i < 3 ? "b" : "a")}/{i}.{(i % 2 == 0 ? "jpg" : "webp")}", i == 4 ? files[i][..40] : files[i]);
        using var source = ImageSources.Open(_folder["in"]);
        var result = DataPreparation.Run(source, _folder[$"to/{name}"], new() { Format = format, Shards = shards }, cancellationToken: Cancellation);
        Assert.Equal((5, "a/4.jpg"), (result.Images, Assert.Single(result.Broken).Name));
        using var back = ImageSources.Open(_folder["to"] + (format == PreparedFormat.ClassFolders ? "/out" : ""));
        Assert.Equal([new("a", 2), new("b", 3)], back.Classes);
        var passed = Enumerable.Range(0, back.Count).Select(i => ((IEncodedImageSource)back).ReadEncoded(i)!).ToArray();
        Assert.Equal([3, 5, 0, 1, 2], passed.Select(bytes => Array.FindIndex(files, file => file.SequenceEqual(bytes))));
    }

    [Fact]
    public void A_size_fits_every_image()
    {
        Write("in/a/1.png", PngFile.Encode(Pictures.Noise(40, 20, 1)));
        Write("in/a/2.png", PngFile.Encode(Pictures.Noise(8, 8, 2)));
        using var source = ImageSources.Open(_folder["in"]);
        DataPreparation.Run(source, _folder["out.tar"], new() { Format = PreparedFormat.WebDataset, Size = 8 }, cancellationToken: Cancellation);
        using var back = ImageSources.Open(_folder["out.tar"]);
        Assert.Equal(ImageResizer.Fit(source.Read(0).Image, 8).Pixels, back.Read(0).Pixels);
        Assert.Equal(source.Read(1).Pixels, back.Read(1).Pixels);
    }

    [Fact]
    public void Class_folders_keep_order_and_number_of_classes_whatever_their_names()
    {
        string[] names = ["zebra", "T-shirt/top", "..", "10", "9", "T-shirt_top", ""];
        TarSets.Write(_folder["in.tar"], [.. names.SelectMany((name, i) => new[]
        {
            ($"{i}.png", ParquetSets.Picture(i)), ($"{i}.json", TarSets.Text($$"""{"label": {{i}}, "class_name": "{{name}}"}""")),
        })]);
        using var source = ImageSources.Open(_folder["in.tar"]);
        DataPreparation.Run(source, _folder["out"], new(), cancellationToken: Cancellation);
        using var back = ImageSources.Open(_folder["out"]);
        Assert.Equal(["zebra", "T-shirt_top", "_..", "10", "9", "T-shirt_top_2", "6"], back.Classes.Select(known => known.Name));
        Assert.Equal(Enumerable.Range(0, 7), Enumerable.Range(0, 7).Select(i => (int)back.Read(i).Pixels[0]));
        Assert.Equal(Enumerable.Range(0, 7), Enumerable.Range(0, 7).Select(back.LabelAt));
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void An_interrupted_conversion_goes_on_and_ends_with_the_same_bytes(PreparedFormat format, string name, int shards)
    {
        var options = new PreparationOptions { Format = format, Shards = shards };
        using var whole = new ScriptedSource(200);
        DataPreparation.Run(whole, _folder[$"whole/{name}"], options, cancellationToken: Cancellation);
        using (var stop = new CancellationTokenSource())
            Assert.ThrowsAny<OperationCanceledException>(() => DataPreparation.Run(whole, _folder[$"parts/{name}"], options, new Stop(stop, after: 150), stop.Token));
        using var rest = new ScriptedSource(200);
        DataPreparation.Run(rest, _folder[$"parts/{name}"], options, cancellationToken: Cancellation);
        Assert.InRange(rest.Reads, 1, shards == 1 && format != PreparedFormat.ClassFolders ? 200 : 150);
        var files = Directory.GetFiles(_folder["whole"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(
            files.Select(file => Path.GetRelativePath(_folder["whole"], file)),
            Directory.GetFiles(_folder["parts"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Path.GetRelativePath(_folder["parts"], file)));
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace("whole", "parts", StringComparison.Ordinal))));
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void What_is_there_is_never_written_over(PreparedFormat format, string name, int shards)
    {
        using var source = new SyntheticImageSource(8, 6);
        var options = new PreparationOptions { Format = format, Shards = shards };
        DataPreparation.Run(source, _folder[name], options, cancellationToken: Cancellation);
        var e = Assert.Throws<IOException>(() => DataPreparation.Run(source, _folder[name], options, cancellationToken: Cancellation));
        Assert.Contains("is there already", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void A_set_without_a_good_image_is_refused_and_leaves_no_output(PreparedFormat format, string name, int shards)
    {
        using var source = ScriptedSource.WithBroken(3, 0, 1, 2);
        var e = Assert.Throws<InvalidDataException>(() => DataPreparation.Run(source, _folder[name], new() { Format = format, Shards = shards }, cancellationToken: Cancellation));
        Assert.Contains("no image that can be read (image 0: damaged", e.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder[name]));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        using var source = new SyntheticImageSource(8, 6);
        foreach (var (options, why) in new[]
        {
            (new PreparationOptions { Size = 0 }, "size is 0"),
            (new PreparationOptions { Shards = 0, Format = PreparedFormat.Parquet }, "there are 0 shards"),
            (new PreparationOptions { Shards = 7, Format = PreparedFormat.Parquet }, "7 shards for 6 images"),
            (new PreparationOptions { Shards = 2 }, "class folders have no shards"),
        })
            Assert.Contains(why, Assert.Throws<ArgumentException>(() => DataPreparation.Run(source, _folder["out"], options, cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static void AssertSameImages(SyntheticImageSource expected, IImageSource actual, bool sameOrder)
    {
        var order = Enumerable.Range(0, expected.Count);
        if (!sameOrder) order = order.OrderBy(expected.LabelAt);                              // stable: by class, then as before
        Assert.All(order.Select((index, place) => (index, place)), pair =>
        {
            Assert.Equal(expected.LabelAt(pair.index), actual.LabelAt(pair.place));
            Assert.Equal(expected.Read(pair.index).Pixels, actual.Read(pair.place).Pixels);
        });
    }

    private void Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], bytes);
    }

    private sealed class Stop(CancellationTokenSource source, int after) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value >= after) source.Cancel();
        }
    }
}
