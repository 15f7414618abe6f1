using System.Text.Json;
using Msf.Cli.Commands;
using Msf.Data;

namespace Msf.Cli.Tests.Commands;

public sealed class DataInspectCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("msf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Json_holds_every_member_of_the_contract_and_nothing_else_is_on_standard_output()
    {
        var run = await CommandLineRun.Of("data", "inspect", "synthetic:shapes?size=16&count=6", "--json");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        using var json = JsonDocument.Parse(run.Out);
        var root = json.RootElement;
        Assert.StartsWith("synthetic:shapes", root.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Equal((6, 16, 16), (Number(root, "count"), Number(root, "width"), Number(root, "height")));
        Assert.Equal(
            [("circle", 2), ("square", 2), ("triangle", 1), ("cross", 1)],
            root.GetProperty("classes").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, Number(c, "count"))));
        Assert.Equal(0, root.GetProperty("broken").GetArrayLength());
    }

    [Fact]
    public async Task Broken_images_and_different_sizes_are_facts_and_no_failure()
    {
        Write("cat/1.png", 4, 6);
        Write("cat/2.png", 8, 6);
        File.WriteAllText(Path.Combine(_folder, "cat", "3.png"), "no image");
        File.WriteAllText(Path.Combine(_folder, "README.txt"), "beside the classes");

        var run = await CommandLineRun.Of("data", "inspect", _folder, "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        using var json = JsonDocument.Parse(run.Out);
        var width = json.RootElement.GetProperty("width");
        Assert.Equal((4, 8, 6), (Number(width, "min"), Number(width, "max"), Number(json.RootElement, "height")));
        var broken = Assert.Single(json.RootElement.GetProperty("broken").EnumerateArray());
        Assert.Equal("cat/3.png", broken.GetProperty("name").GetString());
        Assert.Contains("PNG signature", broken.GetProperty("why").GetString(), StringComparison.Ordinal);

        var text = await CommandLineRun.Of("data", "inspect", _folder);
        Assert.Contains("width   4 to 8", text.Out, StringComparison.Ordinal);
        Assert.Contains("broken  cat/3.png: not a usable PNG image: it does not begin", text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sheet_has_a_row_for_each_class()
    {
        var sheet = Path.Combine(_folder, "sheet.png");
        var run = await CommandLineRun.Of("data", "inspect", "synthetic:shapes?size=16&count=8", "--sheet", sheet);
        Assert.Equal(ExitCode.Done, run.Code);
        var image = ImageDecoder.Decode(sheet);
        Assert.Equal((10 * 66 + 2, 4 * 66 + 2), (image.Width, image.Height));
    }

    [Fact]
    public async Task With_a_configuration_the_sheet_shows_what_training_will_see()
    {
        var (plain, jittered) = (Path.Combine(_folder, "plain.png"), Path.Combine(_folder, "jittered.png"));
        string[] command = ["data", "inspect", "synthetic:shapes?size=20&count=8", "--config", "tiny", "--sheet"];
        Assert.Equal(ExitCode.Done, (await CommandLineRun.Of([.. command, plain])).Code);
        var run = await CommandLineRun.Of([.. command, jittered, "--set", "data.augmentation.colorJitter.brightness=0.5"]);
        Assert.Equal(ExitCode.Done, run.Code);
        var (before, after) = (ImageDecoder.Decode(plain), ImageDecoder.Decode(jittered));
        Assert.Equal((10 * 18 + 2, 8 * 18 + 2), (before.Width, before.Height));               // the model's size, not the set's
        Assert.Equal((before.Width, before.Height), (after.Width, after.Height));
        var changed = Enumerable.Range(0, before.Width).Where(x => Enumerable.Range(0, before.Height).Any(y => before.Pixels[3 * (y * before.Width + x)] != after.Pixels[3 * (y * before.Width + x)]));
        Assert.True(changed.Min() >= 20, "the first column is the image as it is");
    }

    [Theory]
    [InlineData(ExitCode.Usage, "give --sheet", "data", "inspect", "synthetic:shapes", "--config", "tiny")]
    [InlineData(ExitCode.Usage, "give --config", "data", "inspect", "synthetic:shapes", "--set", "data.horizontalFlip=true", "--sheet", "x.png")]
    [InlineData(ExitCode.Usage, "trains on latents of 16 channels", "data", "inspect", "synthetic:shapes", "--config", "imagenette-latent", "--sheet", "x.png")]
    [InlineData(ExitCode.Usage, "trains on latents of 3 channels", "data", "inspect", "synthetic:shapes", "--config", "tiny", "--set", "data.autoencoder=vae", "--sheet", "x.png")]
    [InlineData(ExitCode.Failed, "set model.augmentationLabels to 9", "data", "inspect", "synthetic:shapes", "--config", "tiny", "--set", "data.augmentation.nonLeaky={}", "--sheet", "x.png")]
    [InlineData(ExitCode.Failed, "no image set", "data", "inspect", "no-such-set")]
    [InlineData(ExitCode.Failed, "&seed=NUMBER.\n", "data", "inspect", "synthetic:faces")]
    [InlineData(ExitCode.Failed, "synthetic:shapes.\n", "data", "inspect", " ")]
    [InlineData(ExitCode.Usage, "does not end in .png", "data", "inspect", "synthetic:shapes", "--sheet", "sheet.jpg")]
    [InlineData(ExitCode.Usage, "needs one of: inspect, download, prepare", "data")]
    [InlineData(ExitCode.Usage, "msf data inspect --help", "data", "inspect")]
    public async Task Faults_are_one_line_with_the_right_code(int code, string why, params string[] arguments)
    {
        var run = await CommandLineRun.Of(arguments);
        Assert.Equal((code, ""), (run.Code, run.Out));
        Assert.Contains(why, run.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Help_has_examples_that_parse()
    {
        var run = await CommandLineRun.Of("data", "inspect", "--help");
        Assert.Contains("msf data inspect cifar10/train --json", run.Out, StringComparison.Ordinal);
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null);
        var root = MsfCommandLine.Create(terminal);
        Assert.All(new DataInspectCommand(terminal).Examples, example => Assert.Empty(root.Parse(example[4..]).Errors));
    }

    [Fact]
    public void Progress_is_a_line_a_tenth_of_a_large_set()
    {
        var output = new StringWriter();
        var progress = new InspectionProgress(output, InspectionProgress.LeastCount);
        for (var done = 0; done <= InspectionProgress.LeastCount; done += 50) progress.Report(done);
        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((10, "1000 of 10000 images", "10000 of 10000 images"), (lines.Length, lines[0], lines[^1]));
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private void Write(string name, int width, int height) =>
        PngFile.Write(Path.Combine(_folder, name), new RgbImage(new byte[3 * width * height], width, height));
}
