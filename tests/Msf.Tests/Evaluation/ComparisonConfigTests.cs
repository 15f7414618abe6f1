using System.Text.Json;
using Msf.Evaluation;
using Msf.Runtime;
using Msf.Training;

namespace Msf.Tests.Evaluation;

public sealed class ComparisonConfigTests
{
    private static ComparisonConfig Tiny => DefaultComparison.Of("tiny", []);

    public static TheoryData<string> Files => new(Directory.GetFiles(Path.Combine(SourceTree.Root, "configs", "comparisons")).Select(path => Path.GetFileName(path)!));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_comparison_of_the_repository_can_be_planned(string name)
    {
        var config = ComparisonConfig.Read(Path.Combine(SourceTree.Root, "configs", "comparisons", name));
        var plan = ComparisonPlan.Of(config);
        Assert.Equal(config.Arms.Length * config.Seeds.Length, plan.Count);
    }

    [Fact]
    public void All_arms_cost_the_same_but_for_a_batch()
    {
        var plan = ComparisonPlan.Of(Tiny with { TrainingCost = 0.05 });
        foreach (var arm in plan)
        {
            var batch = arm.TrainingMultiplyAdds / arm.Config.Training.MaxImages * arm.Config.Training.BatchSize;
            Assert.InRange(0.05e12 - arm.TrainingMultiplyAdds, -0.02 * batch, 1.02 * batch);
            Assert.Equal(0, arm.Config.Training.MaxImages % arm.Config.Training.BatchSize);
            Assert.Equal(arm.Config.Training.MaxImages, arm.JudgedAtImages[^1]);
            Assert.Equal([0.25, 0.5, 1], arm.JudgedAtShares);
        }
        Assert.Equal(["factorized", "one level, patch 2", "one level, patch 4"], plan.Select(arm => arm.Arm.Name));
        Assert.Equal([2, 1, 1], plan.Select(arm => arm.Config.Model.Stages.Length));
        Assert.Equal(4, plan[2].Config.Model.Stages[0].PatchSize);
    }

    [Fact]
    public void The_cost_of_a_training_configuration_is_that_of_its_run()
    {
        var run = RunConfigReader.Read("tiny", ["training.maxImages=2048"]);
        var plan = ComparisonPlan.Of(DefaultComparison.Of("tiny", ["training.maxImages=2048"]));
        Assert.Equal(run.Training.MaxImages, plan[0].Config.Training.MaxImages);
        Assert.Contains("nothing to compare", Assert.Throws<ArgumentException>(() => DefaultComparison.Of("noto-emoji-single-scale", [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_budget_fits_models_of_more_and_of_fewer_stages()
    {
        Assert.Equal([12], ComparisonMeasures.StepsOf([12, 6], 1));
        Assert.Equal([12, 6], ComparisonMeasures.StepsOf([12, 6], 2));
        Assert.Equal([12, 6, 6], ComparisonMeasures.StepsOf([12, 6], 3));
    }

    [Fact]
    public void Guidance_is_set_for_the_stages_that_take_it()
    {
        var arm = ComparisonPlan.Of(Tiny)[0];
        arm = arm with { Arm = arm.Arm with { GuidedStages = null } };
        Assert.Equal([3, 3], arm.Sampling([4, 2], 3).Stages.Select(stage => stage.Guidance.Scale));
        arm = arm with { Arm = arm.Arm with { GuidedStages = [0] } };
        Assert.Equal([3, 1], arm.Sampling([4, 2], 3).Stages.Select(stage => stage.Guidance.Scale));
    }

    [Fact]
    public void A_training_configuration_guides_the_stages_that_it_guides_itself()
    {
        var plan = ComparisonPlan.Of(DefaultComparison.Of("tiny", ["sampling.stages.0.guidance.scale=2.5"]));
        Assert.Equal([2.5, 1], plan[0].Sampling([4, 2], 2.5).Stages.Select(stage => stage.Guidance.Scale));
        Assert.All(plan.Skip(1), arm => Assert.Equal(2.5, Assert.Single(arm.Sampling([4, 2], 2.5).Stages).Guidance.Scale));
        var residual = DefaultComparison.Of("tiny", ["sampling.stages.0.guidance.scale=1", "sampling.stages.1.guidance.scale=1.5"]);
        Assert.Equal([1.5], residual.Measures.Guidance);
        Assert.Equal([1], residual.Arms[0].GuidedStages!);
        Assert.Null(DefaultComparison.Of("tiny", ["sampling.stages.0.guidance.scale=1"]).Arms[0].GuidedStages);
    }

    [Theory]
    [InlineData("\"trainingCost\": 0,", "trainingCost is 0")]
    [InlineData("\"seeds\": [1, 1],", "seeds is [1, 1]")]
    [InlineData("\"seeds\": [],", "seeds is []")]
    [InlineData("\"judgeAt\": [0.5, 0.25],", "judgeAt is [0.5, 0.25]")]
    [InlineData("\"arms\": [],", "arms is empty")]
    [InlineData("\"arms\": [{ \"name\": \"a\" }, { \"name\": \"A\" }],", "same name")]
    [InlineData("\"arms\": [{ \"name\": \"../a\" }],", "\"../a\"")]
    [InlineData("\"arms\": [{ \"name\": \"a\", \"trainedAs\": \"b\" }],", "trained as \"b\"")]
    [InlineData("\"measures\": { \"features\": \"pixels\", \"budget\": [4, 0] },", "a budget is [4, 0]")]
    [InlineData("\"measures\": { \"features\": \"pixels\", \"budget\": [4], \"samples\": 3 },", "samples is 3")]
    [InlineData("\"measures\": { \"features\": \"pixels\", \"budget\": [4], \"guidance\": [-1] },", "guidance is [-1]")]
    [InlineData("\"colour\": 1,", "colour")]
    public void What_is_wrong_is_told(string member, string why)
    {
        using var folder = new TemporaryFolder();
        var name = JsonDocument.Parse($"{{{member.TrimEnd(',')}}}").RootElement.EnumerateObject().First().Name;
        var members = new Dictionary<string, string>
        {
            ["name"] = "\"n\"",
            ["run"] = "\"tiny\"",
            ["trainingCost"] = "1",
            ["seeds"] = "[0]",
            ["arms"] = "[{ \"name\": \"a\" }]",
            ["measures"] = "{ \"features\": \"pixels\", \"budget\": [4, 2] }",
        };
        members.Remove(name);
        File.WriteAllText(folder["c.json"], $"{{ {member} {string.Join(", ", members.Select(m => $"\"{m.Key}\": {m.Value}"))} }}");
        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => ComparisonConfig.Read(folder["c.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_arm_that_cannot_be_is_named()
    {
        var set = new Dictionary<string, JsonElement> { ["model.stages.0.heads"] = JsonSerializer.SerializeToElement(7, JsonFormat.Line) };
        var error = Assert.Throws<InvalidDataException>(() => ComparisonPlan.Of(Tiny with { Arms = [new ComparisonArm { Name = "odd", Set = set }] }));
        Assert.Contains("arm \"odd\"", error.Message, StringComparison.Ordinal);
        set = new Dictionary<string, JsonElement> { ["model.colour"] = JsonSerializer.SerializeToElement(7, JsonFormat.Line) };
        error = Assert.Throws<InvalidDataException>(() => ComparisonPlan.Of(Tiny with { Arms = [new ComparisonArm { Name = "odder", Set = set }] }));
        Assert.Contains("arm \"odder\"", error.Message, StringComparison.Ordinal);
    }
}
