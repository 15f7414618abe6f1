using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Models;
using Msf.Tests.Data;

namespace Msf.Cli.Tests;

/// <summary><c>msf import org/name</c>, against a hub in the test's own process.</summary>
public sealed class HubImportTests : IDisposable
{
    private static readonly string[] _variables = ["HF_ENDPOINT", "HF_TOKEN", "HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE"];

    private readonly string _folder = Directory.CreateTempSubdirectory("msf-hub-").FullName;
    private readonly LocalHub _hub = new();
    private readonly string?[] _before = Array.ConvertAll(_variables, Environment.GetEnvironmentVariable);

    public HubImportTests()
    {
        foreach (var name in _variables) Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("HF_ENDPOINT", _hub.Endpoint.AbsoluteUri);
        Environment.SetEnvironmentVariable("HF_HOME", In("hf"));
        using var tiny = new TinyAutoencoder(new() { Kind = AutoencoderKind.Tiny, Tiny = new TinyConfig { Width = 4, LatentChannels = 16 } });
        _hub.Files["taesd3_encoder.safetensors"] = Bytes(tiny.Encoder);
        _hub.Files["taesd3_decoder.safetensors"] = Bytes(tiny.Decoder);
        using var kl = new KlAutoencoder(new() { Kind = AutoencoderKind.Kl, Kl = new KlConfig { Width = 8, Multipliers = [1], Blocks = 1, Groups = 4 } });
        _hub.Files["vae.safetensors"] = Bytes(kl);
        using var transformer = new DiffusionTransformer(new() { InputSize = [8, 8], Channels = 3, PatchSize = 2, Width = 32, Depth = 1, Heads = 2, Classes = 3 });
        _hub.Files["dit/a.safetensors"] = Bytes(transformer);
        _hub.Files["large.bin"] = new byte[100_000];
    }

    public void Dispose()
    {
        for (var i = 0; i < _variables.Length; i++) Environment.SetEnvironmentVariable(_variables[i], _before[i]);
        _hub.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_autoencoder_of_two_files_is_fetched_imported_and_says_where_it_is_from()
    {
        _hub.Token = "hf_secret";
        Environment.SetEnvironmentVariable("HF_TOKEN", "hf_secret");
        var run = await CommandLineRun.Of("import", "someone/some-model@v1.0", "--kind", "taesd", "--out", In("out"), "--json");
        Assert.True(run.Code == ExitCode.Done, run.Error);
        var source = $"someone/some-model@{LocalHub.Commit}, taesd3_encoder.safetensors, taesd3_decoder.safetensors";
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal((source, "some-model"), (json.RootElement.GetProperty("source").GetString(), json.RootElement.GetProperty("name").GetString()));
        var manifest = AutoencoderFolder.ReadManifest(In("out"));
        Assert.Equal((source, 16), (manifest.Source, manifest.Autoencoder.LatentChannels));
        Assert.Equal(["taesd3_encoder.safetensors", "taesd3_decoder.safetensors"], _hub.Stored.Select(request => request.File));
        Assert.Contains("taesd3_decoder.safetensors  [##############################] 100 %", run.Error, StringComparison.Ordinal);
        Assert.True(Directory.Exists(In("hf/hub/models--someone--some-model/snapshots")));
    }

    [Fact]
    public async Task Files_can_be_named_and_a_configuration_of_ones_own_given()
    {
        await File.WriteAllTextAsync(In("vae.json"), """{"norm_num_groups": 4, "scaling_factor": 0.5}""", TestContext.Current.CancellationToken);
        var run = await CommandLineRun.Of("import", "someone/some-model", "--kind", "autoencoder-kl", "--file", "vae.safetensors", "--config", In("vae.json"), "--out", In("kl"));
        Assert.True(run.Code == ExitCode.Done, run.Error);
        await File.WriteAllTextAsync(In("dit.json"), """{"num_heads": 2}""", TestContext.Current.CancellationToken);
        run = await CommandLineRun.Of("import", "someone/some-model", "--kind", "dit", "--file", "dit/a.safetensors", "--config", In("dit.json"), "--out", In("dit"));
        Assert.True(run.Code == ExitCode.Done, run.Error);
        Assert.Equal($"someone/some-model@{LocalHub.Commit}, dit/a.safetensors", ModelFolder.ReadManifest(In("dit")).Source);
        Assert.Equal(["vae.safetensors", "dit/a.safetensors"], _hub.Stored.Select(request => request.File));
    }

    [Fact]
    public async Task Without_a_network_the_cache_serves_and_what_it_has_not_is_one_line()
    {
        string[] arguments = ["import", "someone/some-model", "--kind", "taesd", "--out", In("out")];
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Environment.SetEnvironmentVariable("HF_ENDPOINT", $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
        }
        var run = await CommandLineRun.Of(arguments);
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Out));
        Assert.Contains("is there a network?", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);

        Environment.SetEnvironmentVariable("HF_ENDPOINT", _hub.Endpoint.AbsoluteUri);
        Assert.Equal(ExitCode.Done, (await CommandLineRun.Of(arguments)).Code);
        Environment.SetEnvironmentVariable("HF_HUB_OFFLINE", "1");
        run = await CommandLineRun.Of(arguments);
        Assert.True(run.Code == ExitCode.Done, run.Error);
        Assert.Contains("out of the cache", run.Error, StringComparison.Ordinal);
        Assert.Contains(LocalHub.Commit, AutoencoderFolder.ReadManifest(In("out")).Source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.Failed, "there is no model someone/absent", "someone/absent", "--kind", "dit")]
    [InlineData(ExitCode.Failed, "4 files with weights", "someone/some-model", "--kind", "dit")]
    [InlineData(ExitCode.Failed, "has no file absent.pt", "someone/some-model", "--kind", "dit", "--file", "absent.pt")]
    [InlineData(ExitCode.Failed, "there is no .safetensors", "someone/absent.pt", "--kind", "dit")]
    [InlineData(ExitCode.Usage, "--file goes with a model of the hub", "absent.pt", "--kind", "dit", "--file", "a.pt")]
    [InlineData(ExitCode.Usage, "--decoder goes with --file", "someone/some-model", "--kind", "taesd", "--decoder", "a.pt")]
    public async Task What_cannot_be_fetched_gets_one_line(int code, string why, params string[] arguments)
    {
        var run = await CommandLineRun.Of(["import", .. arguments, "--out", In("never")]);
        Assert.Equal((code, ""), (run.Code, run.Out));
        Assert.Contains(why, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Empty(_hub.Stored);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private byte[] Bytes(TorchSharp.torch.nn.Module network)
    {
        StateDictLoader.Save(network, In("bytes.safetensors"));
        return File.ReadAllBytes(In("bytes.safetensors"));
    }
}
