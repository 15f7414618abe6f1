using System.IO.Compression;
using System.Text.Json;
using Msf.Data;
using Msf.Runtime;
using Msf.Sampling;

namespace Msf.Cli.Tests.Commands;

public sealed class SampleCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private Task<CommandLineRun> Sample(params string[] arguments) => CommandLineRun.Of(["sample", "--model", tiny.Model, .. arguments]);

    private string Place(string name) => Path.Combine(tiny.Root, name);

    [Fact]
    public async Task Json_has_the_members_of_the_contract()
    {
        var run = await Sample("--out", Place("json.png"), "--count", "3", "--seed", "5", "--steps", "3,2", "--guidance", "2,1", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        var report = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal("MSF tiny 16", report.GetProperty("model").GetString());
        Assert.Equal(5, report.GetProperty("seed").GetInt64());
        Assert.Equal([3, 2], report.GetProperty("steps").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal([2.0, 1.0], report.GetProperty("guidance").EnumerateArray().Select(n => n.GetDouble()));
        Assert.Equal(3, report.GetProperty("count").GetInt32());
        Assert.True(report.GetProperty("seconds").GetDouble() > 0);
        Assert.True(report.GetProperty("imagesPerSecond").GetDouble() > 0);
        Assert.Equal([Place("json.png")], report.GetProperty("files").EnumerateArray().Select(f => f.GetString()));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("7")]
    public async Task The_same_seed_gives_the_same_bytes_whatever_the_batch_size(string batchSize)
    {
        await Sample("--out", Place("whole"), "--count", "7", "--seed", "9");
        await Sample("--out", Place($"by{batchSize}"), "--count", "7", "--seed", "9", "--batch-size", batchSize);
        var files = Directory.GetFiles(Place("whole")).Select(Path.GetFileName).ToArray();
        Assert.Equal(7, files.Length);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(Place("whole"), file!)), File.ReadAllBytes(Path.Combine(Place($"by{batchSize}"), file!))));
    }

    [Fact]
    public async Task Another_seed_gives_other_images()
    {
        await Sample("--out", Place("seed1.png"), "--count", "1", "--seed", "1");
        await Sample("--out", Place("seed2.png"), "--count", "1", "--seed", "2");
        Assert.NotEqual(ImageDecoder.Decode(Place("seed1.png")).Pixels, ImageDecoder.Decode(Place("seed2.png")).Pixels);
    }

    [Fact]
    public async Task A_file_carries_what_it_takes_to_make_it_again()
    {
        await Sample("--out", Place("text.png"), "--count", "2", "--seed", "4", "--class", "1", "--steps", "2", "--solver", "heun", "--guidance-interval", "0.1,0.8");
        var text = PngFile.ReadText(Place("text.png"));
        Assert.Equal("4", text["msf:seed"]);
        Assert.Equal("2,2", text["msf:steps"]);
        Assert.Equal("heun,heun", text["msf:solver"]);
        Assert.Equal("1,1", text["msf:class"]);
        Assert.Equal("0.1,0.8;0.1,0.8", text["msf:guidance-interval"]);
    }

    [Theory]
    [InlineData("ddpm", "uniform")]
    [InlineData("eulermaruyama,DDIM", "shifted:3,edm:5", "--eta", "0.5")]
    [InlineData("dpmpp2m,dpmpp2s", "quadratic,logsnr")]
    [InlineData("unipc", "0/0.3/0.8/1")]
    [InlineData("dopri5", "uniform", "--tolerance", "0.1")]
    public async Task Solvers_and_grids_are_chosen_by_stage_and_written_into_the_file(string solver, string grid, params string[] rest)
    {
        var run = await Sample(["--out", Place("solver.png"), "--count", "2", "--solver", solver, "--grid", grid, .. rest]);
        Assert.True(run.Code == ExitCode.Done, run.Error);                                    // where it takes long, progress is told
        var text = PngFile.ReadText(Place("solver.png"));
        string Both(string given) => given.Contains(',', StringComparison.Ordinal) ? given : $"{given},{given}";
        Assert.Equal(Both(solver), text["msf:solver"], ignoreCase: true);
        Assert.Equal(Both(grid), text["msf:grid"]);
        var sampling = JsonFormat.Parse<SamplingConfig>(text["msf:sampling"], "the file");
        Assert.Empty(sampling.Validate(2));
        if (solver == "dopri5") Assert.Equal("1,1", text["msf:steps"]);
        if (rest is ["--eta", ..]) Assert.Equal(0.5, sampling.Stages[1].SolverOptions.Eta);
        if (rest is ["--tolerance", ..]) Assert.Equal((0.1, 0.0001), (sampling.Stages[0].SolverOptions.RelativeTolerance, Math.Round(sampling.Stages[0].SolverOptions.AbsoluteTolerance, 9)));
        if (solver == "unipc") Assert.Equal("3,3", text["msf:steps"]);
    }

    [Fact]
    public async Task A_file_carries_how_it_was_guided()
    {
        var run = await Sample(
            "--out", Place("guided.png"), "--count", "2", "--guidance", "2,1.5", "--guidance-interval", "0.1,0.8;0,0.5", "--guidance-ramp", "linearup,cosine",
            "--guidance-rescale", "0.7,0", "--guide", tiny.Model);
        Assert.Equal(ExitCode.Done, run.Code);
        var text = PngFile.ReadText(Place("guided.png"));
        Assert.Equal("2,1.5", text["msf:guidance"]);
        Assert.Equal("0.1,0.8;0,0.5", text["msf:guidance-interval"]);
        Assert.Equal("linearUp,cosine", text["msf:guidance-ramp"]);
        Assert.Equal("0.7,0", text["msf:guidance-rescale"]);
        Assert.Equal("weakerModel,weakerModel", text["msf:guidance-source"]);
        Assert.StartsWith("MSF tiny 16, ", text["msf:guide"], StringComparison.Ordinal);
        await Sample("--out", Place("unguided.png"), "--count", "1", "--guidance", "1");
        Assert.DoesNotContain("msf:guide", PngFile.ReadText(Place("unguided.png")).Keys);
    }

    [Fact]
    public async Task A_weaker_model_that_guides_nothing_is_refused()
    {
        var run = await Sample("--out", Place("bad.png"), "--guide", tiny.Model, "--guidance", "1");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("--guide has no stage to guide", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_guided_by_itself_makes_what_it_makes_unguided()
    {
        await Sample("--out", Place("itself.png"), "--count", "2", "--guidance", "3", "--guide", tiny.Model);
        await Sample("--out", Place("none.png"), "--count", "2", "--guidance", "1");
        Assert.Equal(ImageDecoder.Decode(Place("none.png")).Pixels, ImageDecoder.Decode(Place("itself.png")).Pixels);
    }

    [Fact]
    public async Task Images_of_another_size_say_how_it_was_reached()
    {
        var run = await Sample("--out", Place("wide"), "--count", "2", "--seed", "4", "--steps", "2", "--size", "32x16");
        Assert.Equal(ExitCode.Done, run.Code);
        var file = Directory.GetFiles(Place("wide"))[0];
        var image = ImageDecoder.Decode(file);
        Assert.Equal((32, 16), (image.Width, image.Height));
        var text = PngFile.ReadText(file);
        Assert.Equal("32x16", text["msf:size"]);
        Assert.Equal("interpolation,interpolation", text["msf:positions"]);
        Assert.Equal("1.4142135623730951,1.4142135623730951", text["msf:time-shift"]);
        await Sample("--out", Place("plain"), "--count", "2", "--seed", "4", "--steps", "2", "--size", "32x16", "--size-shift", "off", "--positions", "extrapolation,ntkaware");
        var plain = PngFile.ReadText(Directory.GetFiles(Place("plain"))[0]);
        Assert.Equal(("extrapolation,ntkAware", "1,1"), (plain["msf:positions"], plain["msf:time-shift"]));
        Assert.NotEqual(image.Pixels, ImageDecoder.Decode(Directory.GetFiles(Place("plain"))[0]).Pixels);
    }

    [Fact]
    public async Task An_archive_has_images_and_labels_in_the_layout_of_ADM()
    {
        var run = await Sample("--out", Place("batch.npz"), "--count", "5");
        Assert.Equal(ExitCode.Done, run.Code);
        using var archive = ZipFile.OpenRead(Place("batch.npz"));
        Assert.Equal(["arr_0.npy", "arr_1.npy"], archive.Entries.Select(entry => entry.FullName));
        var images = ReadEntry(archive, "arr_0.npy");
        var header = System.Text.Encoding.Latin1.GetString(images, 10, 118);
        Assert.Contains("'descr': '|u1'", header, StringComparison.Ordinal);
        Assert.Contains("'shape': (5, 16, 16, 3)", header, StringComparison.Ordinal);
        Assert.Equal(128 + 5 * 16 * 16 * 3, images.Length);
        Assert.Equal([0L, 1, 2, 3, 0], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(ReadEntry(archive, "arr_1.npy").AsSpan(^40..)).ToArray());
    }

    [Theory]
    [InlineData(ExitCode.Usage, "there is no class \"dog\"", "--class", "dog")]
    [InlineData(ExitCode.Usage, "there is no class \"4\"", "--class", "4")]
    [InlineData(ExitCode.Usage, "3 values", "--steps", "1,2,3")]
    [InlineData(ExitCode.Usage, "expected numbers", "--steps", "many")]
    [InlineData(ExitCode.Usage, "steps is 0", "--steps", "0")]
    [InlineData(ExitCode.Usage, "guidance scale is -1", "--guidance", "-1")]
    [InlineData(ExitCode.Usage, "expected two times", "--guidance-interval", "0.5")]
    [InlineData(ExitCode.Usage, "guidance interval is 0.9 to 0.1", "--guidance-interval", "0.9,0.1")]
    [InlineData(ExitCode.Usage, "3 pairs, the model 2 stages", "--guidance-interval", "0,1;0,1;0,1")]
    [InlineData(ExitCode.Usage, "expected two times", "--guidance-interval", "0,1;0")]
    [InlineData(ExitCode.Usage, "guidance rescale is 1.5", "--guidance-rescale", "1.5")]
    [InlineData(ExitCode.Usage, "expected constant, linearUp, linearDown, cosine", "--guidance-ramp", "up")]
    [InlineData(ExitCode.Usage, "expected constant", "--guidance-ramp", "1")]
    [InlineData(ExitCode.Failed, "cannot guide", "--guide", "noto-emoji", "--guidance", "2")]
    [InlineData(ExitCode.Failed, "there is no model nowhere", "--guide", "nowhere", "--guidance", "2")]
    [InlineData(ExitCode.Usage, "expected euler, heun, ddim, ddpm, eulerMaruyama, dpmPp2M, dpmPp2S, uniPc, dopri5", "--solver", "magic")]
    [InlineData(ExitCode.Usage, "expected euler, heun", "--solver", "3")]
    [InlineData(ExitCode.Usage, "3 values", "--solver", "euler,heun,ddim")]
    [InlineData(ExitCode.Usage, "expected uniform, shifted:3, quadratic", "--grid", "even")]
    [InlineData(ExitCode.Usage, "expected uniform, shifted:3", "--grid", "shifted")]
    [InlineData(ExitCode.Usage, "expected uniform, shifted:3", "--grid", "edm:many")]
    [InlineData(ExitCode.Usage, "3 values", "--grid", "edm,edm,edm")]
    [InlineData(ExitCode.Usage, "grid rho is 0", "--grid", "edm:0")]
    [InlineData(ExitCode.Usage, "must rise from 0", "--grid", "0/0.7/0.5/1")]
    [InlineData(ExitCode.Usage, "--grid has 4 times, that is 3 steps, and --steps says 2", "--grid", "0/0.3/0.5/1", "--steps", "2")]
    [InlineData(ExitCode.Usage, "--eta is for ddim", "--eta", "0.5")]
    [InlineData(ExitCode.Usage, "eta is 2", "--solver", "ddim", "--eta", "2")]
    [InlineData(ExitCode.Usage, "--tolerance is for dopri5", "--tolerance", "0.1")]
    [InlineData(ExitCode.Usage, "relativeTolerance is 0", "--solver", "dopri5", "--tolerance", "0")]
    [InlineData(ExitCode.Usage, "--size is \"big\"; expected width x height", "--size", "big")]
    [InlineData(ExitCode.Usage, "--size: size 25x16 (width x height) does not divide", "--size", "25x16")]
    [InlineData(ExitCode.Usage, "for the width take 24 or 28", "--size", "25x16")]
    [InlineData(ExitCode.Usage, "--positions is \"magic\"; expected interpolation, extrapolation, ntkAware", "--size", "24", "--positions", "magic")]
    [InlineData(ExitCode.Usage, "--positions has 3 values, the model 2 stages", "--size", "24", "--positions", "ntkaware,ntkaware,ntkaware")]
    [InlineData(ExitCode.Usage, "--size-shift is \"maybe\"; expected auto or off", "--size-shift", "maybe")]
    [InlineData(ExitCode.Usage, "give --size WxH with them", "--positions", "extrapolation")]
    [InlineData(ExitCode.Usage, "--count is 0", "--count", "0")]
    [InlineData(ExitCode.Usage, "--batch-size is 0", "--batch-size", "0")]
    [InlineData(ExitCode.Failed, "there is no model nowhere", "--model", "nowhere")]
    public async Task What_makes_no_sense_gets_one_line(int code, string expected, params string[] arguments)
    {
        var model = arguments.Contains("--model") ? [] : new[] { "--model", tiny.Model };
        var run = await CommandLineRun.Of(["sample", "--out", Place("bad.png"), .. model, .. arguments]);
        Assert.Equal(code, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(File.Exists(Place("bad.png")));
    }

    [Fact]
    public async Task A_name_that_says_no_format_is_refused_before_any_work()
    {
        var run = await Sample("--out", Place("image.gif"));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(".gif", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_model_the_bundled_one_is_used()
    {
        var run = await CommandLineRun.Of("sample", "--out", Place("bundled.png"), "--count", "2", "--steps", "2,1", "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("noto-emoji", run.Out, StringComparison.Ordinal);
    }

    private static byte[] ReadEntry(ZipArchive archive, string name)
    {
        using var stream = archive.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
