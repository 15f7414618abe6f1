using Msf.Data;

namespace Msf.Tests.Data;

public sealed class ParquetImageSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_written_by_Arrow_as_the_hub_does_reads_exactly()
    {
        using var source = ImageSources.Open(SourceTree.Path("tests", "Msf.Tests", "Data", "Files", "written-by-arrow.parquet"));
        Assert.Equal([new("ant", 2), new("bee", 2), new("cow", 1)], source.Classes);
        Assert.Equal([0, 1, 2, 0, 1], Enumerable.Range(0, source.Count).Select(source.LabelAt));
        for (var i = 0; i < 5; i++) Assert.Equal(Pictures.Plain(4, 4, (byte)(10 * i), (byte)(20 * i), (byte)(30 * i)).Pixels, source.Read(i).Pixels);
        Assert.Equal("written-by-arrow.parquet[3]", source.NameAt(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(5));
    }

    [Theory]
    [InlineData("image", "label")]
    [InlineData("img", "labels")]
    [InlineData("img", "fine_label")]
    public void The_usual_columns_are_found_without_a_note_and_classes_are_numbers_then(string image, string label)
    {
        ParquetSets.Write(_folder["a.parquet"], [2, 0, 4], image: image, label: label, note: null);
        using var source = ImageSources.Open(_folder["a.parquet"]);
        Assert.Equal([new("0", 1), new("1", 0), new("2", 1), new("3", 0), new("4", 1)], source.Classes);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(i => (int)source.Read(i).Pixels[0]));
    }

    [Fact]
    public void Unusual_columns_are_found_by_the_note()
    {
        const string note = """{"info": {"features": {"photo": {"_type": "Image"}, "kind": {"names": ["ant", "bee"], "_type": "ClassLabel"}}}}""";
        ParquetSets.Write(_folder["a.parquet"], [1, 0, 1], image: "photo", label: "kind", note: note);
        using var source = ImageSources.Open(_folder["a.parquet"]);
        Assert.Equal([new("ant", 1), new("bee", 2)], source.Classes);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[1]")]
    [InlineData("""{"info": {"features": {"image": 3, "label": {"names": 3, "_type": "ClassLabel"}}}}""")]
    [InlineData("""{"info": {"features": {"image": {"_type": 7}}}}""")]
    public void A_note_of_another_form_says_nothing(string note)
    {
        ParquetSets.Write(_folder["a.parquet"], [1, 0], note: note);
        using var source = ImageSources.Open(_folder["a.parquet"]);
        Assert.Equal([new("0", 1), new("1", 1)], source.Classes);
    }

    [Fact]
    public void Classes_by_name_are_in_ordinal_order_over_all_files()
    {
        ParquetSets.WriteNames(_folder["a.parquet"], "bee", "Zebra", "bee");
        ParquetSets.WriteNames(_folder["b.parquet"], "ant");
        using var source = ImageSources.Open(_folder.Root);
        Assert.Equal([new("Zebra", 1), new("ant", 1), new("bee", 2)], source.Classes);
        Assert.Equal([2, 0, 2, 1], Enumerable.Range(0, 4).Select(source.LabelAt));
    }

    [Fact]
    public void A_folder_means_its_training_files_and_a_pattern_what_it_names()
    {
        ParquetSets.Write(_folder["train-00001-of-00002.parquet"], [1, 1]);
        ParquetSets.Write(_folder["train-00000-of-00002.parquet"], [0, 0, 0]);
        ParquetSets.Write(_folder["test-00000-of-00001.parquet"], [2]);
        using (var training = ImageSources.Open(_folder.Root)) Assert.Equal([0, 0, 0, 1, 1], Enumerable.Range(0, training.Count).Select(training.LabelAt));
        using (var test = ImageSources.Open(_folder["test-*.parquet"], ["cow"])) Assert.Equal([new("cow", 1)], test.Classes);
        using (var listed = ImageSources.Open(_folder["train-{00000..00001}-of-00002.parquet"])) Assert.Equal(5, listed.Count);
        Assert.Contains("train-00002-of-00002.parquet is missing",
            Assert.Throws<FileNotFoundException>(() => ImageSources.Open(_folder["train-{00000..00002}-of-00002.parquet"])).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => ImageSources.Open(_folder["nothing-*.parquet"]));
    }

    [Fact]
    public void A_row_without_an_image_does_not_move_those_after_it()
    {
        using var source = ImageSources.Open(SourceTree.Path("tests", "Msf.Tests", "Data", "Files", "written-by-arrow-with-nulls.parquet"));
        foreach (var i in new[] { 0, 2, 4 }) Assert.Equal(10 * i, source.Read(i).Pixels[0]);
        foreach (var i in new[] { 1, 3 }) Assert.Contains("no image bytes", Assert.Throws<InvalidDataException>(() => source.Read(i)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_bytes_and_with_broken_ones_are_broken_images()
    {
        ParquetSets.WriteBytes(_folder["a.parquet"], ParquetSets.Picture(1), null, [1, 2, 3], ParquetSets.Picture(4));
        using var source = ImageSources.Open(_folder["a.parquet"]);
        var report = DataInspection.Inspect(source, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["a.parquet[1]", "a.parquet[2]"], report.Broken.Select(broken => broken.Name));
        Assert.Contains("no image bytes", report.Broken[0].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_that_share_a_small_cache_read_what_one_thread_reads()
    {
        ParquetSets.Write(_folder["a.parquet"], [.. Enumerable.Range(0, 120).Select(i => (long?)(i % 3))], rowsPerGroup: 7);
        using var source = new ParquetImageSource("a", [_folder["a.parquet"]], cacheBytes: 1000);       // about one row group
        Parallel.For(0, 200, i => Assert.Equal(i * 37 % 120, source.Read(i * 37 % 120).Pixels[0]));
    }

    [Fact]
    public void A_row_group_is_read_once_while_it_is_kept_and_the_least_used_goes_first()
    {
        var loads = new List<int>();
        var cache = new RowGroupCache(250, group =>
        {
            loads.Add(group);
            return loads.Count == 4 ? throw new IOException("once") : [new byte[76]];           // 100 with its overhead
        });
        foreach (var group in new[] { 0, 1, 0, 2, 0 }) cache.Get(group);                        // 1 was dropped for 2
        Assert.Equal([0, 1, 2], loads);
        Assert.Throws<IOException>(() => cache.Get(1));
        cache.Get(1);                                                                           // tried again; 2 goes
        cache.Get(0);
        cache.Get(2);
        Assert.Equal([0, 1, 2, 1, 1, 2], loads);
    }

    [Theory]
    [InlineData(new long[] { 0, 3 }, "class 3 in row 1, expected 0 to 2")]
    [InlineData(new long[] { -1, 0 }, "class -1 in row 0, expected 0 to 2 (-1 marks a test set without classes")]
    public void A_class_that_has_no_name_is_refused(long[] labels, string why)
    {
        ParquetSets.Write(_folder["a.parquet"], [.. labels.Select(label => (long?)label)]);
        Refused(why);
    }

    [Fact]
    public void Files_that_are_no_labelled_image_set_say_what_they_lack()
    {
        ParquetSets.Write(_folder["a.parquet"], [0, null]);
        Refused("rows without a class");
        ParquetSets.Write(_folder["a.parquet"], [0], image: "photo");
        Refused("no column of images: expected image or img with the member bytes, its columns are photo, label");
        ParquetSets.Write(_folder["a.parquet"], [0], label: "caption", note: null);
        Refused("no column of classes");
        ParquetSets.Write(_folder["a.parquet"], [long.MaxValue], note: null);
        Refused("class 9223372036854775807");
        ParquetSets.Write(_folder["a.parquet"], []);
        Refused("no rows");
        ParquetSets.Write(_folder["a.parquet"], [0, 1]);
        ParquetSets.Write(_folder["b.parquet"], [0, 1], note: null);
        Assert.Contains("other classes", Assert.Throws<InvalidDataException>(() => ImageSources.Open(_folder.Root)).Message, StringComparison.Ordinal);
    }

    private void Refused(string why)
    {
        var e = Assert.Throws<InvalidDataException>(() => ImageSources.Open(_folder["a.parquet"]));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.Contains("a.parquet", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }
}
