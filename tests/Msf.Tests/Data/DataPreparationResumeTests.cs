using Msf.Data;

namespace Msf.Tests.Data;

/// <summary>What is broken, and what a cut left, in a conversion that goes on.</summary>
public sealed class DataPreparationResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PreparedFormat.WebDataset, "out.tar", "out-000000.tar,out-000002.tar")]
    [InlineData(PreparedFormat.Parquet, "out.parquet", "out-00000-of-00003.parquet,out-00002-of-00003.parquet")]
    public void A_shard_whose_images_are_all_broken_is_left_out_and_the_others_are_a_set(PreparedFormat format, string name, string files)
    {
        using var source = ScriptedSource.WithBroken(9, 3, 4, 5);
        var result = Run(source, name, new() { Format = format, Shards = 3 });
        Assert.Equal((6, 3), (result.Images, result.Broken.Count));
        Assert.Equal(files.Split(','), result.Files.Select(Path.GetFileName));
        Assert.Equal(files.Split(','), Directory.GetFileSystemEntries(_folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var back = ImageSources.Open(_folder.Root);
        Assert.Equal(6, back.Count);
    }

    [Theory]
    [InlineData(PreparedFormat.ClassFolders, "out", 1)]
    [InlineData(PreparedFormat.WebDataset, "out.tar", 3)]
    [InlineData(PreparedFormat.Parquet, "out.parquet", 3)]
    public void Broken_images_of_what_an_earlier_try_finished_do_not_count_as_written(PreparedFormat format, string name, int shards)
    {
        var options = new PreparationOptions { Format = format, Shards = shards };
        using var source = ScriptedSource.WithBroken(200, 1, 199);
        using (var stop = new CancellationTokenSource())
            Assert.ThrowsAny<OperationCanceledException>(() => Run(source, name, options, new Each(done => { if (done >= 150) stop.Cancel(); }), stop.Token));
        var result = Run(source, name, options);
        Assert.Equal(198, result.Images);
        using var back = ImageSources.Open(format == PreparedFormat.ClassFolders ? _folder[name] : _folder.Root);
        Assert.Equal(198, back.Count);
    }

    [Fact]
    public void A_conversion_that_was_killed_after_its_last_image_counts_what_is_there()
    {
        var (options, request) = (new PreparationOptions { Format = PreparedFormat.ClassFolders }, _folder["out.preparing.json"]);
        using var source = ScriptedSource.WithBroken(20, 3);
        var text = "";
        Run(source, "out", options, new Each(_ => text = File.ReadAllText(request)));
        File.WriteAllText(request, text);
        Assert.Equal(19, Run(source, "out", options).Images);
    }

    [Theory]
    [InlineData(PreparedFormat.WebDataset, "out.tar", "out-000000.tar")]
    [InlineData(PreparedFormat.Parquet, "out.parquet", "out-00000-of-00003.parquet")]
    public void A_finished_shard_that_cannot_be_read_is_made_again(PreparedFormat format, string name, string shard)
    {
        var options = new PreparationOptions { Format = format, Shards = 3 };
        using var source = new ScriptedSource(200);
        using (var stop = new CancellationTokenSource())
            Assert.ThrowsAny<OperationCanceledException>(() => Run(source, name, options, new Each(done => { if (done >= 150) stop.Cancel(); }), stop.Token));
        var good = File.ReadAllBytes(_folder[shard]);
        File.WriteAllBytes(_folder[shard], good[..100]);
        Assert.Equal(200, Run(source, name, options).Images);
        Assert.Equal(good, File.ReadAllBytes(_folder[shard]));
    }

    [Fact]
    public void Images_that_a_power_cut_left_empty_are_written_again()
    {
        var options = new PreparationOptions { Format = PreparedFormat.ClassFolders };
        using var source = new ScriptedSource(200);
        using (var stop = new CancellationTokenSource())
            Assert.ThrowsAny<OperationCanceledException>(() => Run(source, "out", options, new Each(done => { if (done >= 150) stop.Cancel(); }), stop.Token));
        foreach (var file in Directory.GetFiles(_folder["out.preparing"], "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(3)) File.WriteAllBytes(file, []);
        Assert.Equal(200, Run(source, "out", options).Images);
        Assert.DoesNotContain(Directory.GetFiles(_folder["out"], "*.png", SearchOption.AllDirectories), file => new FileInfo(file).Length == 0);
    }

    private PreparationResult Run(IImageSource source, string output, PreparationOptions options, IProgress<int>? progress = null, CancellationToken? cancellation = null) =>
        DataPreparation.Run(source, _folder[output], options, progress, cancellation ?? TestContext.Current.CancellationToken);

    private sealed class Each(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
