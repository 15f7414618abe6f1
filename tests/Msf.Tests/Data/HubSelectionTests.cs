using System.Net;
using Msf.Data;

namespace Msf.Tests.Data;

public sealed class HubSelectionTests
{
    [Theory]
    [InlineData("org/name", "org/name", "main")]
    [InlineData("org/name@v1.0", "org/name", "v1.0")]
    [InlineData("org/name@refs/pr/1", "org/name", "refs/pr/1")]
    [InlineData("Org-1/na_me.x", "Org-1/na_me.x", "main")]
    public void A_repository_is_read(string text, string name, string revision) => Assert.Equal(new HubRepository(name, revision), HubRepository.TryParse(text));

    [Theory]
    [InlineData("name")]
    [InlineData("a/b/c")]
    [InlineData("./name")]
    [InlineData("../name")]
    [InlineData("/name")]
    [InlineData("org/")]
    [InlineData("org/name@")]
    [InlineData("org/name@../../x")]
    [InlineData("org/name@a\nb")]
    [InlineData("https://example.org/name")]
    public void Anything_else_is_none(string text) => Assert.Null(HubRepository.TryParse(text));

    [Theory]
    [InlineData(HubContent.Transformer, "README.md config.json DiT-XL-2-256x256.pt sub/x.pt", "DiT-XL-2-256x256.pt", null)]
    [InlineData(HubContent.Transformer, "model_index.json transformer/config.json transformer/diffusion_pytorch_model.bin vae/diffusion_pytorch_model.bin", "transformer/diffusion_pytorch_model.bin", "transformer/config.json")]
    [InlineData(HubContent.Transformer, "a.pt a.safetensors", "a.safetensors", null)]
    [InlineData(HubContent.KlAutoencoder, "config.json diffusion_pytorch_model.bin diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.safetensors", "config.json")]
    [InlineData(HubContent.KlAutoencoder, "config.json diffusion_pytorch_model.bin", "diffusion_pytorch_model.bin", "config.json")]
    [InlineData(
        HubContent.KlAutoencoder, "v1-5.ckpt v1-5.safetensors unet/config.json vae/config.json vae/diffusion_pytorch_model.fp16.safetensors vae/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.safetensors", "vae/config.json")]
    [InlineData(HubContent.KlAutoencoder, "vae-ft-mse-840000-ema-pruned.ckpt vae-ft-mse-840000-ema-pruned.safetensors", "vae-ft-mse-840000-ema-pruned.safetensors", null)]
    [InlineData(HubContent.TinyAutoencoder, "config.json diffusion_pytorch_model.safetensors taesd_decoder.safetensors taesd_encoder.safetensors", "diffusion_pytorch_model.safetensors", "config.json")]
    [InlineData(HubContent.TinyAutoencoder, "taesd_decoder.pth taesd_decoder.safetensors taesd_encoder.pth", "taesd_encoder.pth taesd_decoder.safetensors", null)]
    public void The_few_files_that_are_needed_are_chosen(HubContent content, string files, string weights, string? config)
    {
        var selection = HubSelection.Choose(content, Snapshot(files));
        Assert.Equal((weights, config), (string.Join(' ', selection.Weights), selection.Config));
    }

    [Fact]
    public void What_is_named_is_taken_with_the_configuration_beside_it()
    {
        var selection = HubSelection.Choose(HubContent.KlAutoencoder, Snapshot("a.pt b.pt x/b.pt x/config.json"), "x/b.pt");
        Assert.Equal(("x/b.pt", "x/config.json"), (Assert.Single(selection.Weights), selection.Config));
        selection = HubSelection.Choose(HubContent.TinyAutoencoder, Snapshot("a.pt b.pt x/b.pt"), "a.pt", "x/b.pt");
        Assert.Equal(["a.pt", "x/b.pt"], selection.Weights);
        Assert.Null(selection.Config);
    }

    [Theory]
    [InlineData(HubContent.Transformer, "a.pt b.pt", null, "2 files with weights; choose with --file one of \"a.pt\", \"b.pt\"")]
    [InlineData(HubContent.Transformer, "unet/diffusion_pytorch_model.bin", null, "at its top; choose with --file one of \"unet/")]
    [InlineData(HubContent.KlAutoencoder, "README.md", null, "no file with weights at its top; choose with --file one of none")]
    [InlineData(HubContent.KlAutoencoder, "a.pt", "b.pt", "has no file b.pt; there are \"a.pt\"")]
    public void Where_it_is_not_clear_one_line_says_what_there_is(HubContent content, string files, string? file, string why)
    {
        var error = Assert.Throws<InvalidDataException>(() => HubSelection.Choose(content, Snapshot(files), file));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void The_variables_are_those_that_users_of_the_hub_know()
    {
        var variables = new Dictionary<string, string?> { ["HF_ENDPOINT"] = "https://hub.example.org/", ["HF_TOKEN"] = " hf_x\n", ["HF_HOME"] = "/home/hf", ["HF_HUB_OFFLINE"] = "1" };
        var options = HubOptions.From(name => variables.GetValueOrDefault(name));
        Assert.Equal((new Uri("https://hub.example.org"), "hf_x", Path.Combine("/home/hf", "hub"), true), (options.Endpoint, options.Token, options.CacheFolder, options.Offline));
        variables["HF_HUB_CACHE"] = "/cache";
        Assert.Equal("/cache", HubOptions.From(name => variables.GetValueOrDefault(name)).CacheFolder);
        options = HubOptions.From(_ => null);
        Assert.Equal(("https://huggingface.co/", null, false), (options.Endpoint.AbsoluteUri, options.Token, options.Offline));
        Assert.Contains("HF_ENDPOINT", Assert.Throws<ArgumentException>(() => HubOptions.From(name => name == "HF_ENDPOINT" ? "hub" : null)).Message, StringComparison.Ordinal);
        Assert.Contains("HF_TOKEN", Assert.Throws<ArgumentException>(() => HubOptions.From(name => name == "HF_TOKEN" ? "a b" : null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://hub.example.org/a", "http://store.example.org/a", "without encryption")]
    [InlineData("https://hub.example.org/a", "/a", "more than 10 times")]
    public async Task A_redirection_that_leads_nowhere_good_is_not_followed(string from, string to, string why)
    {
        using var handler = new HubHandler(new Uri("https://hub.example.org"), "hf_x", new Redirecting(to));
        using var client = new HttpClient(handler);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => client.GetAsync(new Uri(from), TestContext.Current.CancellationToken));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private static HubSnapshot Snapshot(string files) => new(new HubRepository("org/name"), LocalHub.Commit, files.Split(' '));

    private sealed class Redirecting(string to) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage(HttpStatusCode.Found);
            response.Headers.Location = new Uri(to, UriKind.RelativeOrAbsolute);
            return Task.FromResult(response);
        }
    }
}
