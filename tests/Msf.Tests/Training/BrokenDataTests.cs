using Msf.Data;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>A run survives broken images, says which they were, and goes on exactly.</summary>
[Collection(SequentialTraining.Name)]
public sealed class BrokenDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public BrokenDataTests()
    {
        var shapes = new SyntheticImageSource(8, 48);
        for (var i = 0; i < shapes.Count; i++)
            PngFile.Write(_folder[$"data/{shapes.Classes[shapes.LabelAt(i)].Name}/{i:00}.png"], shapes.Read(i).Image);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Broken_images_are_listed_in_the_run_folder_and_the_first_ones_told()
    {
        for (var i = 0; i < 28; i += 4) File.WriteAllText(_folder[$"data/circle/{i:00}.png"], "no image");
        Train(Config(0.5), "run");
        var lines = File.ReadAllLines(_folder["run/broken.txt"]);
        Assert.Equal([.. Enumerable.Range(0, 7).Select(i => $"circle/{4 * i:00}.png: ")], lines.Select(line => line[..15]));
        Assert.Equal(6, _warnings.Count);
        Assert.Equal($"broken image, another stands for it: {lines[0]}", _warnings[0]);
        Assert.Equal($"further broken images are named in {_folder["run/broken.txt"]} alone.", _warnings[5]);
        Train(Config(0.5), "run", resume: true);
        Assert.Equal(lines, File.ReadAllLines(_folder["run/broken.txt"]));
    }

    [Theory]
    [InlineData(2L << 30)]
    [InlineData(0L)]
    public void A_run_over_broken_images_resumes_exactly(long cacheBytes)
    {
        File.WriteAllText(_folder["data/circle/08.png"], "no image");
        File.WriteAllText(_folder["data/cross/07.png"], "no image");
        var config = Config(0.1) with { };
        config = config with { Data = config.Data with { CacheBytes = cacheBytes } };
        var whole = Train(config, "whole");
        using (var stop = new CancellationTokenSource())
        using (var source = ImageSources.Open(_folder["data"]))
        using (var trainer = TrainingRun.Open(config, _folder["parts"], source, CPU, resume: false, _warnings.Add))
            trainer.Train(new SmallRun.Callback(progress => { if (progress.Images >= 72) stop.Cancel(); }), stop.Token);
        SmallRun.AssertSame(whole.Checkpoint, Train(config, "parts", resume: true).Checkpoint);
        Assert.Equal(2, File.ReadAllLines(_folder["parts/broken.txt"]).Length);
    }

    [Fact]
    public void Too_many_end_the_run_before_it_begins_and_the_list_of_a_failed_try_does_not_stay()
    {
        File.WriteAllText(_folder["data/circle/08.png"], "no image");
        File.WriteAllText(_folder["data/cross/07.png"], "no image");
        Assert.Contains("at most 1 are allowed", Assert.Throws<InvalidDataException>(() => Train(Config(0.01), "run")).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["run/broken.txt"]));
        File.Delete(_folder["data/circle/08.png"]);
        File.Delete(_folder["data/cross/07.png"]);
        Assert.True(Train(Config(0.01), "run").Completed);
        Assert.False(File.Exists(_folder["run/broken.txt"]));
    }

    private static RunConfig Config(double maxBroken) =>
        SmallRun.With(training => training with { MaxImages = 120, CheckpointEveryImages = 1000 }) with { Data = new DataConfig { MaxBroken = maxBroken } };

    private TrainingResult Train(RunConfig config, string run, bool resume = false)
    {
        using var source = ImageSources.Open(_folder["data"]);
        using var trainer = TrainingRun.Open(config, _folder[run], source, CPU, resume, _warnings.Add);
        return trainer.Train(cancellation: TestContext.Current.CancellationToken);
    }
}
