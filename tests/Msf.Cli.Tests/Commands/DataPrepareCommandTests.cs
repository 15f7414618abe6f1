using System.Text.Json;
using Msf.Data;

namespace Msf.Cli.Tests.Commands;

public sealed class DataPrepareCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("msf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("out", 1)]
    [InlineData("out.tar", 2)]
    [InlineData("out.parquet", 2)]
    public async Task A_converted_set_can_be_inspected(string name, int shards)
    {
        var run = await CommandLineRun.Of("data", "prepare", "synthetic:shapes?size=16&count=10", "--out", At(name), "--size", "8", "--format", "webp", "--shards", $"{shards}", "--json");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal((10, shards), (json.RootElement.GetProperty("images").GetInt32(), json.RootElement.GetProperty("files").GetArrayLength()));
        var sheet = At("sheet.png");
        run = await CommandLineRun.Of("data", "inspect", name == "out" ? At(name) : _folder, "--json", "--sheet", sheet);
        using var inspected = JsonDocument.Parse(run.Out);
        Assert.Equal((10, 8), (inspected.RootElement.GetProperty("count").GetInt32(), inspected.RootElement.GetProperty("width").GetInt32()));
        Assert.Equal(["circle", "square", "triangle", "cross"], inspected.RootElement.GetProperty("classes").EnumerateArray().Select(known => known.GetProperty("name").GetString()));
        Assert.Equal(4 * 66 + 2, ImageDecoder.Decode(sheet).Height);
    }

    [Fact]
    public async Task Broken_images_are_named_and_no_failure()
    {
        Directory.CreateDirectory(At("in/cat"));
        PngFile.Write(At("in/cat/1.png"), new RgbImage(new byte[12], 2, 2));
        File.WriteAllText(At("in/cat/2.png"), "no image");
        var run = await CommandLineRun.Of("data", "prepare", At("in"), "--out", At("out.tar"));
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("1 images in", run.Out, StringComparison.Ordinal);
        Assert.Contains("left out cat/2.png: not a usable PNG image", run.Error, StringComparison.Ordinal);
        run = await CommandLineRun.Of("data", "prepare", At("in"), "--out", At("out.tar"));
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("is there already", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ends in .zip", "--out", "out.zip")]
    [InlineData("size is 0", "--out", "out", "--size", "0")]
    [InlineData("have no shards", "--out", "out", "--shards", "2")]
    [InlineData("--out", "--size", "8")]
    public async Task Faults_of_usage_are_one_line(string why, params string[] options)
    {
        var run = await CommandLineRun.Of(["data", "prepare", "synthetic:shapes", .. options]);
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Out));
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
