using Msf.Data;
using Msf.Tests.Data;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Runs on images of mixed aspect ratios.</summary>
[Collection(SequentialTraining.Name)]
public sealed class BucketTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunConfig _config;

    public BucketTrainingTests()
    {
        PixelSize[] sizes = [new(20, 10), new(11, 24), new(16, 16), new(30, 28)];
        for (var i = 0; i < 44; i++)
        {
            var path = _folder[$"images/class{i % 4}/{i:D2}.png"];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            PngFile.Write(path, Pictures.Noise(sizes[i % 3].Width, sizes[i % 3].Height, i));
        }
        _config = SmallRun.With(training => training with { RecomputeBlocks = false, CheckpointEveryImages = 40 });
        _config = _config with
        {
            Data = new DataConfig { Source = _folder["images"], HorizontalFlip = true, Buckets = new BucketConfig { Sizes = [[8, 8], [4, 12], [12, 4]] } },
        };
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_over_several_sizes_resumes_exactly(bool recompute)
    {
        var config = _config with { Training = _config.Training with { RecomputeBlocks = recompute } };
        var whole = SmallRun.Train(config, _folder["whole"]);
        Assert.Equal(160, whole.Images);
        Assert.Equal(88, SmallRun.TrainUntil(88, config, _folder["run"]).Images);
        SmallRun.AssertSame(whole.Checkpoint, SmallRun.Train(config, _folder["run"], resume: true).Checkpoint);
    }

    [Fact]
    public void Statistics_are_over_the_images_of_all_buckets()
    {
        using var scope = NewDisposeScope();
        using var source = ImageSources.Open(_config.Data.Source!, null);
        using var batches = new ImageBatches((IImageSource)source, _config.Data.Buckets!.Resolve());
        var factorization = new Msf.Factorization.MultiScaleFactorization(_config.Model.Factorization);
        var actual = DataStatistics.Measure(batches, factorization, 3);
        var expected = new Msf.Factorization.ComponentStatisticsAccumulator(factorization, 3);
        for (var i = 0; i < source.Count; i++) expected.Add(batches.At([i]).Images);
        for (var channel = 0; channel < 3; channel++)
        {
            Assert.Equal(expected.Result().Components[1].StandardDeviation[channel], actual.Components[1].StandardDeviation[channel], 1e-9);
            Assert.Equal(expected.Result().Components[0].Mean[channel], actual.Components[0].Mean[channel], 1e-9);
        }
    }

    [Fact]
    public void Other_buckets_or_batches_on_resume_are_told_in_a_line()
    {
        SmallRun.TrainUntil(40, _config, _folder["run"]);
        var warnings = new List<string>();
        var other = _config with { Data = _config.Data with { Buckets = new BucketConfig { Sizes = [[8, 8]] } } };
        SmallRun.Train(other, _folder["run"], resume: true, warnings.Add);
        Assert.Equal("data.buckets were 8x8, 12x4, 4x12 and are 8x8: from here on images come in another order and other sizes.", Assert.Single(warnings));
    }

    [Fact]
    public void Sizes_that_the_model_cannot_take_are_refused_before_anything_is_made()
    {
        var wrong = _config with { Data = _config.Data with { Buckets = new BucketConfig { Sizes = [[8, 8], [10, 8]] } } };
        var error = Assert.Throws<ArgumentException>(() => SmallRun.Open(wrong, _folder["run"]));
        Assert.Contains("data.buckets: size 8x10 (width x height) does not divide into the model's 2 levels with patches of 2 and 4: for the height take 8 or 12", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Contradictions_of_the_configuration_get_one_line_each()
    {
        var crop = _config with { Data = _config.Data with { Augmentation = new() { RandomResizedCrop = new() } } };
        Assert.Contains("data: buckets keep the shapes of images", Assert.Single(crop.Validate()), StringComparison.Ordinal);
        var empty = _config with { Data = _config.Data with { Buckets = new BucketConfig() } };
        Assert.Equal("data: buckets: neither sizes nor area with step is given; give one", Assert.Single(empty.Validate()));
    }
}
