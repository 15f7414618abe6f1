using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Msf.Cli.Commands;
using Msf.Data;

namespace Msf.Cli.Tests.Commands;

public sealed class DataDownloadCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("msf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Without_a_name_the_known_sets_are_listed_with_their_terms()
    {
        var run = await CommandLineRun.Of("data", "download");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        Assert.All(KnownDataSet.All, set => Assert.Contains($"licence: {set.Licence}", run.Out, StringComparison.Ordinal));
        run = await CommandLineRun.Of("data", "download", "--json");
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal(KnownDataSet.All.Select(set => set.Name), json.RootElement.GetProperty("sets").EnumerateArray().Select(set => set.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_set_from_an_address_is_fetched_once_and_says_what_to_train_on()
    {
        var pixels = PngFile.Encode(new RgbImage(new byte[12], 2, 2));
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var answering = Task.Run(() => Answer(server, pixels), TestContext.Current.CancellationToken);
        var url = $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/one.png";
        var folder = Path.Combine(_folder, "set");
        var run = await CommandLineRun.Of("data", "download", url, "--out", folder, "--json");
        await answering;
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("one.png  [##############################] 100 %", run.Error, StringComparison.Ordinal);
        using (var json = JsonDocument.Parse(run.Out))
            Assert.Equal((true, folder), (json.RootElement.GetProperty("fetched").GetBoolean(), json.RootElement.GetProperty("sources")[0].GetString()));
        Assert.Equal(pixels, await File.ReadAllBytesAsync(Path.Combine(folder, "one.png"), TestContext.Current.CancellationToken));
        run = await CommandLineRun.Of("data", "download", url, "--out", folder);              // nobody answers any more, and nobody is asked
        Assert.StartsWith($"nothing to do, already in {folder}; train on it with --data {folder}", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_network_one_line_says_so()
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        var run = await CommandLineRun.Of("data", "download", $"http://127.0.0.1:{port}/a.tar.gz", "--out", Path.Combine(_folder, "set"));
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Out));
        Assert.Contains("is there a network?", run.Error.Split('\n')[^2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no known set \"cifar\"; known are cifar10, fashion-mnist", "cifar")]
    [InlineData("are known", "cifar10", "--sha256", "00")]
    [InlineData("no SHA-256", "https://example.org/a.tar", "--sha256", "00")]
    [InlineData("no address", "ftp://example.org/a.tar")]
    public async Task Faults_of_usage_are_one_line(string why, params string[] arguments)
    {
        var run = await CommandLineRun.Of(["data", "download", .. arguments]);
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Out));
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Help_of_both_has_examples_that_parse()
    {
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null);
        var root = MsfCommandLine.Create(terminal);
        Assert.All(new DataDownloadCommand(terminal).Examples.Concat(new DataPrepareCommand(terminal).Examples), example => Assert.Empty(root.Parse(example[4..]).Errors));
        var run = await CommandLineRun.Of("data", "--help");
        foreach (var name in new[] { "inspect", "download", "prepare" }) Assert.Contains(name, run.Out, StringComparison.Ordinal);
    }

    private static async Task Answer(TcpListener server, byte[] body)
    {
        using var client = await server.AcceptTcpClientAsync();
        var stream = client.GetStream();
        _ = await stream.ReadAsync(new byte[4096]);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(body);
    }
}
