using System.Net;

namespace Msf.Cli.Tests.Commands;

/// <summary><c>msf serve</c>.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("msf-serve-");

    [Theory]
    [InlineData("--urls http://0.0.0.0:5080", "there is no key")]
    [InlineData("--urls nonsense", "expected http://HOST:PORT")]
    [InlineData("--queue 0", "queue is 0, expected at least 1")]
    [InlineData("--patience -1", "patience")]
    [InlineData("--timeout 0", "job time")]
    [InlineData("--api-key short", "expected at least 16")]
    [InlineData("--api-key-file none.txt", "does not exist")]
    public async Task A_command_line_that_makes_no_sense_gets_one_line(string options, string part)
    {
        var run = await CommandLineRun.Of(["serve", "--gallery", Path.Combine(_folder.FullName, "gallery"), .. options.Split(' ')]);
        Assert.Equal(2, run.Code);
        Assert.Contains(part, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("", "no keys")]
    [InlineData("ann:0123456789abcdef\nann:fedcba9876543210", "twice")]
    public async Task A_file_of_keys_must_have_keys(string content, string part)
    {
        var file = Path.Combine(_folder.FullName, "keys");
        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        var run = await CommandLineRun.Of("serve", "--api-key-file", file);
        Assert.Equal(2, run.Code);
        Assert.Contains(part, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_there_ends_it()
    {
        var run = await CommandLineRun.Of("serve", "--model", "nowhere", "--gallery", _folder.FullName);
        Assert.Equal(1, run.Code);
        Assert.Contains("there is no model nowhere", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_serves_until_it_is_told_to_stop()
    {
        var gallery = Path.Combine(_folder.FullName, "gallery");
        var keys = Path.Combine(_folder.FullName, "keys");
        await File.WriteAllTextAsync(keys, "# ours\nann: 0123456789abcdef\n", TestContext.Current.CancellationToken);
        using var server = MsfProcess.Start("serve", "--urls", "http://127.0.0.1:0", "--gallery", gallery, "--api-key-file", keys, "--precision", "fp32");
        var address = new Uri((await server.LineAsync("http://", TestContext.Current.CancellationToken)).Split(' ')[0]);
        using var client = new HttpClient { BaseAddress = address };
        while ((await client.GetAsync("/readyz", TestContext.Current.CancellationToken)).StatusCode != HttpStatusCode.OK) await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/models", TestContext.Current.CancellationToken)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new("Bearer", "0123456789abcdef");
        using var body = new StringContent("""{"prompt":"clock","steps":1,"response_format":"url"}""", null, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("/v1/images/generations", body, TestContext.Current.CancellationToken)).StatusCode);
        server.Signal(MsfProcess.Terminate);
        var (code, output, errors) = await server.EndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
        Assert.Single(Directory.GetFiles(gallery, "*.png"));
        Assert.DoesNotContain("0123456789abcdef", output + string.Join('\n', errors), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
