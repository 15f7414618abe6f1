using System.Text.Json;
using Msf.Diffusion;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Tests.Training;

public class RunConfigReaderTests
{
    public static TheoryData<string> AllPresets => new(Presets.Models);

    [Theory]
    [MemberData(nameof(AllPresets))]
    public void Every_preset_parses_is_valid_and_survives_a_round_trip(string name)
    {
        var config = RunConfigReader.Read(name, []);
        Assert.Empty(config.Validate());
        var text = JsonSerializer.Serialize(config, JsonFormat.Indented);
        Assert.Equal(text, JsonSerializer.Serialize(JsonFormat.Parse<RunConfig>(text, name), JsonFormat.Indented));
    }

    [Fact]
    public void The_presets_that_scripts_rely_on_are_there() =>
        Assert.Subset(Presets.Names.ToHashSet(), new HashSet<string> { "tiny", "noto-emoji", "noto-emoji-single-scale" });

    [Fact]
    public void An_unknown_preset_or_file_is_told_with_those_that_exist()
    {
        Assert.Contains("tiny", Assert.Throws<ArgumentException>(() => RunConfigReader.Read("huge", [])).Message);
        Assert.Contains("tiny", Assert.Throws<FileNotFoundException>(() => RunConfigReader.Read("no-such.json", [])).Message);
    }

    [Fact]
    public void A_file_wins_over_a_preset_and_may_have_comments_and_trailing_commas()
    {
        using var folder = new TemporaryFolder();
        var text = Presets.Read("tiny").Replace("\"maxImages\": 4096,", "/* short */ \"maxImages\": 77, // images", StringComparison.Ordinal)
            .Replace("\"sampleCount\": 16", "\"sampleCount\": 16,", StringComparison.Ordinal);
        File.WriteAllText(folder["tiny"], text);
        Assert.Equal(77, RunConfigReader.Read(folder["tiny"], []).Training.MaxImages);
        Assert.Equal(4096, RunConfigReader.Read("tiny", []).Training.MaxImages);
    }

    [Fact]
    public void Members_are_set_in_objects_lists_and_parts_that_the_file_leaves_out()
    {
        var config = RunConfigReader.Read("tiny",
        [
            "training.batchSize=16", "model.stages.1.width=64", "sampling.stages.1.guidance.scale=3", "diffusion.time.mean=0.5",
            "diffusion.prediction=noise", "training.schedule=\"cosine\"", "training.stageShares=[0.5,0.5]", "data.source=some/folder=x",
            "data.classes=[\"a\",\"b\"]", "model.factorization={\"levels\":2,\"upsample\":\"nearest\"}", "training.batchSize=8",
        ]);
        Assert.Equal(8, config.Training.BatchSize);                                           // the last one counts
        Assert.Equal(64, config.Model.Stages[1].Width);
        Assert.Equal(3, config.Sampling.Stages[1].Guidance.Scale);
        Assert.Equal(0.5, config.Diffusion.Time.Mean);
        Assert.Equal(PredictionKind.Noise, config.Diffusion.Prediction);
        Assert.Equal(LearningRateSchedule.Cosine, config.Training.Schedule);
        Assert.Equal([0.5, 0.5], config.Training.StageShares!);
        Assert.Equal("some/folder=x", config.Data.Source);
        Assert.Equal(["a", "b"], config.Data.Classes!);
        Assert.Equal(Msf.Factorization.UpsampleFilter.Nearest, config.Model.Factorization.Upsample);
        Assert.Equal(32, config.Model.Stages[0].Width);
    }

    [Theory]
    [InlineData("training.batchSize", "key=value")]
    [InlineData("=3", "key=value")]
    [InlineData("model.stages.2.width=8", "\"2\"")]
    [InlineData("model.stages.x.width=8", "\"x\"")]
    [InlineData("model.stages.2={}", "\"2\"")]
    [InlineData("model.name.first=8", "\"first\"")]
    [InlineData("model.name.first.second=8", "\"first\"")]
    public void An_assignment_that_sets_nothing_is_refused(string assignment, string because) =>
        Assert.Contains(because, Assert.Throws<ArgumentException>(() => RunConfigReader.Read("tiny", [assignment])).Message);

    [Theory]
    [InlineData("training.batchsize=3", "there is no member training.batchsize.")]
    [InlineData("trainning.batchSize=3", "there is no member trainning.")]
    [InlineData("sampling.stages.0.guidance.scales=3", "there is no member sampling.stages[0].guidance.scales.")]
    [InlineData("training.batchSize=many", "training.batchSize is not a whole number in its range.")]
    [InlineData("training.batchSize=1.5", "training.batchSize is not a whole number in its range.")]
    [InlineData("training.batchSize=\"8\"", "training.batchSize is not a whole number in its range.")]
    [InlineData("training.batchSize=3000000000", "training.batchSize is not a whole number in its range.")]
    [InlineData("training.learningRate=NaN", "training.learningRate is not a number.")]
    [InlineData("training.schedule=linear", "training.schedule is not one of constant, cosine, inverseSquareRoot.")]
    [InlineData("training.schedule=1", "training.schedule is not one of constant, cosine, inverseSquareRoot.")]
    [InlineData("training.stageShares=1", "training.stageShares is not a list.")]
    [InlineData("data.source=1", "data.source is not a text.")]
    [InlineData("data.horizontalFlip=yes", "data.horizontalFlip is not true or false.")]
    [InlineData("training={}", "training lacks maxImages.")]
    [InlineData("model=5", "model is not an object.")]
    [InlineData("model.stages.0=null", "stages has a null in it; give a value for every entry.")]
    [InlineData("model.stages=null", "model.stages may not be null.")]
    [InlineData("data=null", "data may not be null.")]
    public void A_member_that_is_unknown_missing_or_mistyped_is_named_with_its_path_in_one_line(string assignment, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => RunConfigReader.Read("tiny", [assignment]));
        Assert.Equal($"tiny: {expected}", error.Message);
    }

    [Theory]
    [InlineData("", "(line 1)")]
    [InlineData("{\n  \"model\": {\n    oops\n", "(line 3)")]
    [InlineData("[1, 2]", "expected a JSON object")]
    [InlineData("null", "expected a JSON object")]
    [InlineData("{ \"model\": 1, \"model\": 2 }", "model")]
    [InlineData("\u0000\u0001binary", "(line 1)")]
    public void A_broken_file_is_told_in_one_line_with_its_name(string text, string because)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["broken.json"], text);
        var error = Assert.Throws<InvalidDataException>(() => RunConfigReader.Read(folder["broken.json"], []));
        TestContext.Current.TestOutputHelper?.WriteLine(error.Message);
        Assert.StartsWith(folder["broken.json"], error.Message);
        Assert.Contains(because, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
