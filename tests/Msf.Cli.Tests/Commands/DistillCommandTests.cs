using System.Text.Json;

namespace Msf.Cli.Tests.Commands;

public sealed class DistillCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private const string Data = "synthetic:shapes?size=16&count=64";

    private string Place(string name) => Path.Combine(tiny.Root, name);

    private Task<CommandLineRun> Distill(string run, params string[] arguments) => CommandLineRun.Of(
        ["distill", "--model", tiny.Model, "--windows", "2,1", "--data", Data, "--out", Place(run), "--set", "training.sampleEveryImages=0", .. arguments]);

    [Fact]
    public async Task A_student_is_trained_continued_shown_and_sampled_in_multiples_of_its_windows()
    {
        var stopped = await Distill("student", "--max-images", "64", "--json");
        Assert.Equal(ExitCode.Done, stopped.Code);
        Assert.Equal(64, JsonDocument.Parse(stopped.Out).RootElement.GetProperty("images").GetInt64());
        var run = await CommandLineRun.Of("distill", "--resume", "--out", Place("student"), "--max-images", "96");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("distilled MSF tiny 16 on 96 images", run.Out, StringComparison.Ordinal);

        var model = Path.Combine(Place("student"), "model");
        var sampled = await CommandLineRun.Of("sample", "--model", model, "--out", Place("student.png"), "--count", "2", "--json");
        Assert.Equal([2, 1], JsonDocument.Parse(sampled.Out).RootElement.GetProperty("steps").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal(ExitCode.Done, (await CommandLineRun.Of("sample", "--model", model, "--out", Place("student.png"), "--count", "2", "--steps", "4,2")).Code);
        foreach (var (expected, option, value) in new[]
        {
            ("steps is 3, and this stage is distilled in windows, 2 of them: expected 2 or 4", "--steps", "3,1"),
            ("solver is heun, and this stage is distilled", "--solver", "heun"),
            ("guidance scale is 2, and this stage is distilled with its guidance folded in: expected 1", "--guidance", "2,1"),
        })
        {
            var refused = await CommandLineRun.Of("sample", "--model", model, "--out", Place("bad.png"), option, value);
            Assert.Equal(ExitCode.Usage, refused.Code);
            Assert.Contains(expected, Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        }

        var info = await CommandLineRun.Of("info", "--model", model);
        Assert.Contains("distilled from MSF tiny 16 in 2 + 1 windows, guidance 1.5 + 1 folded in", info.Out, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await CommandLineRun.Of("info", "--model", model, "--json")).Out).RootElement;
        Assert.Equal([2, 1], json.GetProperty("distillation").GetProperty("windows").EnumerateArray().Select(n => n.GetInt32()));

        var again = await CommandLineRun.Of("distill", "--model", model, "--windows", "1", "--data", Data, "--out", Place("again"));
        Assert.Equal(ExitCode.Failed, again.Code);
        Assert.Contains("is itself distilled", Assert.Single(again.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Place("again")));
    }

    [Fact]
    public async Task A_dry_run_shows_what_the_teacher_fixes_and_what_was_asked_for()
    {
        var run = await CommandLineRun.Of(
            "distill", "--model", tiny.Model, "--data", Data, "--out", Place("none"), "--stages", "0", "--windows", "4", "--teacher-steps", "3", "--guidance", "2.5,1", "--guidance-interval", "0.1,0.8",
            "--dry-run", "--max-images", "500");
        Assert.Equal(ExitCode.Done, run.Code);
        var config = JsonDocument.Parse(run.Out).RootElement;
        var distillation = config.GetProperty("distillation");
        Assert.Equal([4, 0], distillation.GetProperty("windows").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal([3, 1], distillation.GetProperty("teacherSteps").EnumerateArray().Select(n => n.GetInt32()));
        var guidance = distillation.GetProperty("guidance")[0];
        Assert.Equal((2.5, 0.1, 0.8), (guidance.GetProperty("scale").GetDouble(), guidance.GetProperty("from").GetDouble(), guidance.GetProperty("to").GetDouble()));
        Assert.Equal(4, config.GetProperty("sampling").GetProperty("stages")[0].GetProperty("windows").GetInt32());
        Assert.Equal(500, config.GetProperty("training").GetProperty("maxImages").GetInt64());
        Assert.Contains("teacher: MSF tiny 16, ", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Place("none")));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--windows is \"0\"; expected at least 1", "--model", "TINY", "--windows", "0")]
    [InlineData(ExitCode.Usage, "3 values for 2 stages", "--model", "TINY", "--windows", "1,2,3")]
    [InlineData(ExitCode.Usage, "expected numbers", "--model", "TINY", "--windows", "many")]
    [InlineData(ExitCode.Usage, "in how many windows?", "--model", "TINY")]
    [InlineData(ExitCode.Usage, "expected all, or some of 0, 1", "--model", "TINY", "--windows", "2", "--stages", "0,2")]
    [InlineData(ExitCode.Usage, "--teacher-steps is \"0\"", "--model", "TINY", "--windows", "2", "--teacher-steps", "0")]
    [InlineData(ExitCode.Usage, "guidance scale is -1", "--model", "TINY", "--windows", "2", "--guidance", "-1")]
    [InlineData(ExitCode.Usage, "give --data SOURCE", "--model", "TINY", "--windows", "2")]
    [InlineData(ExitCode.Usage, "what to distil?", "--windows", "2")]
    [InlineData(ExitCode.Usage, "leave it out", "--resume", "--out", "RUN", "--windows", "2")]
    [InlineData(ExitCode.Usage, "--stages is the run's own", "--resume", "--out", "RUN", "--stages", "0")]
    [InlineData(ExitCode.Usage, "is no distillation; go on with: msf train", "--resume", "--out", "RUN")]
    [InlineData(ExitCode.Failed, "there is no model nowhere", "--model", "nowhere", "--windows", "2", "--data", Data)]
    [InlineData(ExitCode.Failed, "startShare is 2", "--model", "TINY", "--windows", "2", "--data", Data, "--set", "distillation.startShare=2")]
    [InlineData(ExitCode.Failed, "stage 0 has windows 2, and distillation.windows says 3", "--model", "TINY", "--windows", "2", "--data", Data, "--set", "distillation.windows=[3,2]")]
    [InlineData(ExitCode.Failed, "leave the members of model as the teacher has them", "--model", "TINY", "--windows", "2", "--data", Data, "--set", "model.stages.0.depth=1")]
    [InlineData(ExitCode.Failed, "square2", "--model", "TINY", "--windows", "2", "--data", Data, "--set", "data.classes=[\"circle\",\"square2\",\"triangle\",\"cross\"]")]
    public async Task What_does_not_fit_gets_one_line(int code, string expected, params string[] arguments)
    {
        var words = arguments.Select(word => word switch { "TINY" => tiny.Model, "RUN" => tiny.Run, _ => word });
        var run = await CommandLineRun.Of(["distill", .. words, .. arguments.Contains("--out") ? [] : new[] { "--out", Place("bad") }]);
        Assert.Equal(code, run.Code);
        Assert.Contains(expected, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Place("bad")));
    }
}
