using System.Text.Json;
using Msf.Cli.Commands;
using Msf.Runtime;

namespace Msf.Cli.Tests.Commands;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("msf-test-").FullName;

    private static readonly LibtorchReport _working = new("/lib", "2.10.0", "none needed", "/lib/x.so", SelfTested: false, Cuda: false);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Json_holds_every_member_of_the_contract_and_nothing_else_is_on_standard_output()
    {
        var run = await CommandLineRun.Of("doctor", "--json");
        using var json = JsonDocument.Parse(run.Out);
        var root = json.RootElement;
        Assert.Equal(run.Code == ExitCode.Done, root.GetProperty("ok").GetBoolean());
        var libtorch = root.GetProperty("libtorch");
        Assert.True(Directory.Exists(libtorch.GetProperty("path").GetString()));
        Assert.StartsWith("2.10", libtorch.GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(libtorch.GetProperty("compatibility").GetString()!);
        Assert.Contains(root.GetProperty("precision").GetString(), new[] { "fp32", "bf16" });
        Assert.InRange(root.GetProperty("threads").GetInt32(), 1, 4096);
        Assert.Equal("cpu", root.GetProperty("devices")[0].GetString());
        Assert.Equal(root.GetProperty("ok").GetBoolean(), root.GetProperty("problems").GetArrayLength() == 0);
        Assert.NotEmpty(root.GetProperty("disk").GetProperty("cache").GetString()!);
    }

    [Fact]
    public async Task Text_names_the_library_and_the_precision()
    {
        var run = await CommandLineRun.Of("doctor");
        Assert.Contains("libtorch      2.10", run.Out, StringComparison.Ordinal);
        Assert.Matches("precision +(fp32|bf16)", run.Out);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void A_libtorch_that_does_not_load_is_a_problem_with_its_remedy()
    {
        var report = Examination.Run(() => throw new LibtorchNotFoundException("no libtorch", "get one"), _folder);
        Assert.False(report.Ok);
        Assert.Null(report.Libtorch);
        Assert.Equal(new DoctorReport.Problem("no libtorch", "get one"), report.Problems[0]);
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(report, DoctorJson.Default.DoctorReport));
        Assert.Equal("get one", json.RootElement.GetProperty("problems")[0].GetProperty("do").GetString());
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_said_but_stops_nothing()
    {
        var inTheWay = Path.Combine(_folder, "file");
        File.WriteAllText(inTheWay, "");
        var report = Examination.Run(() => _working, inTheWay);
        Assert.False(report.Disk.Writable);
        Assert.True(report.Ok);
    }

    [Fact]
    public void A_passed_self_test_is_mentioned() =>
        Assert.Contains("self-test", Examination.Run(() => _working with { SelfTested = true }, _folder).Libtorch!.Compatibility, StringComparison.Ordinal);

    [Fact]
    public void A_writable_cache_is_left_as_it_was_found()
    {
        Assert.True(Examination.Run(() => _working, _folder).Disk.Writable);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }
}
