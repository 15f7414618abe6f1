using System.Text.Json;
using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Cli.Tests.Commands;

public sealed class EncodeCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-encode-");

    public EncodeCommandTests()
    {
        using var autoencoder = Autoencoder.Create(new AutoencoderConfig { Kind = AutoencoderKind.Tiny, Tiny = new TinyConfig { LatentChannels = 3, Width = 8 } });
        AutoencoderFolder.Save(At("autoencoder"), autoencoder, "small");
    }

    [Fact]
    public async Task Two_writers_a_look_a_training_and_a_sample()
    {
        string[] encode = ["encode", "--data", "synthetic:shapes?size=32&count=24", "--autoencoder", At("autoencoder"), "--out", At("cache"), "--shard-images", "8", "--json"];
        var first = await CommandLineRun.Of([.. encode, "--shards", "1/2"]);
        Assert.Equal(ExitCode.Done, first.Code);
        var report = JsonDocument.Parse(first.Out).RootElement;
        Assert.Equal((false, 1, 16), (report.GetProperty("complete").GetBoolean(), report.GetProperty("missingShards").GetInt32(), report.GetProperty("encoded").GetInt32()));
        report = JsonDocument.Parse((await CommandLineRun.Of([.. encode, "--shards", "2/2"])).Out).RootElement;
        Assert.Equal((true, 24, 8), (report.GetProperty("complete").GetBoolean(), report.GetProperty("count").GetInt32(), report.GetProperty("encoded").GetInt32()));

        var inspected = JsonDocument.Parse((await CommandLineRun.Of("data", "inspect", At("cache"), "--json", "--sheet", At("sheet.png"))).Out).RootElement;
        Assert.Equal((24, 0, 32), (inspected.GetProperty("count").GetInt32(), inspected.GetProperty("broken").GetArrayLength(), inspected.GetProperty("width").GetInt32()));
        Assert.Equal([3, 4, 4], inspected.GetProperty("latents").GetProperty("shape").EnumerateArray().Select(side => side.GetInt32()));
        Assert.Equal(4 * 32 + 5 * 2, ImageDecoder.Decode(At("sheet.png")).Height);                           // a row for every class, and lines between

        string[] fit = ["--set", "model.size=[4,4]", "--set", "model.stages.0.patchSize=1", "--set", "model.stages.1.patchSize=1"];
        var trained = await CommandLineRun.Of(["train", "--config", "tiny", "--data", At("cache"), "--out", At("run"), "--max-images", "64", .. fit]);
        Assert.Equal((ExitCode.Done, true), (trained.Code, trained.Error.Contains("on 24 latents", StringComparison.Ordinal)));
        var sampled = await CommandLineRun.Of("sample", "--model", At("run/model"), "--count", "2", "--out", At("samples"));
        Assert.Equal(ExitCode.Done, sampled.Code);
        Assert.All(Directory.GetFiles(At("samples")), file => Assert.Equal(32, ImageDecoder.Decode(file).Width));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "expected which writer", "--shards", "two")]
    [InlineData(ExitCode.Usage, "writer 3 of 2", "--shards", "3/2")]
    [InlineData(ExitCode.Usage, "batch size is 0", "--batch-size", "0")]
    [InlineData(ExitCode.Failed, "multiple of the autoencoder's factor 8", "--size", "20")]
    [InlineData(ExitCode.Failed, "no class", "--classes", "nothing")]
    public async Task What_does_not_fit_gets_one_line(int code, string expected, params string[] more)
    {
        var run = await CommandLineRun.Of(["encode", "--data", "synthetic:shapes?size=32&count=8", "--autoencoder", At("autoencoder"), "--out", At("bad"), .. more]);
        Assert.Equal(code, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task An_autoencoder_is_trained_on_images_alone()
    {
        await CommandLineRun.Of("encode", "--data", "synthetic:shapes?size=32&count=8", "--autoencoder", At("autoencoder"), "--out", At("cache"));
        var run = await CommandLineRun.Of("train", "--config", "autoencoder-tiny", "--data", At("cache"), "--out", At("run"));
        Assert.Equal((ExitCode.Failed, true), (run.Code, run.Error.Contains("is trained on images", StringComparison.Ordinal)));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
