using Msf.Checkpoints;
using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

/// <summary>DiT in the layout of diffusers' pipelines, where most of it is named otherwise, and some of it is not there at all.</summary>
public sealed class DiffusersTransformerImportTests : IDisposable
{
    private static readonly TransformerConfig _config = new()
    {
        InputSize = [8, 8],
        Channels = 4,
        PatchSize = 2,
        Width = 32,
        Depth = 2,
        Heads = 4,
        Classes = 5,
        LearnSigma = true,
    };

    private readonly TemporaryFolder _folder = new();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("pipeline")]
    [InlineData("folder")]
    [InlineData("file")]
    [InlineData("checkpoint with its positions")]
    public void It_is_the_network_that_the_official_layout_gives(string layout)
    {
        using var noGrad = no_grad();
        using var own = RandomNetworks.Create(_config);
        StateDictLoader.Save(own, _folder["official.safetensors"]);
        File.WriteAllText(_folder["heads.json"], """{"num_heads": 4}""");
        TransformerImport.Import(_folder["official.safetensors"], TransformerKind.Dit, _folder["heads.json"], "dit", _folder["expected"]);
        var place = Directory.CreateDirectory(layout == "pipeline" ? _folder["in/transformer"] : _folder["in"]).FullName;
        var theirs = Theirs(own.state_dict());
        if (layout == "checkpoint with its positions")
        {
            theirs["pos_embed.pos_embed"] = own.state_dict()["pos_embed"];
            TorchFiles.Write(Path.Combine(place, "diffusion_pytorch_model.bin"), theirs);
        }
        else SafetensorsWriter.Write(Path.Combine(place, "diffusion_pytorch_model.safetensors"), theirs);
        File.WriteAllText(Path.Combine(place, "config.json"), Config());
        TransformerImport.Import(
            layout == "file" ? Path.Combine(place, "diffusion_pytorch_model.safetensors") : _folder["in"], TransformerKind.Dit, null, "dit", _folder["out"]);
        using var expected = ModelFolder.Read(_folder["expected"]).Networks[0];
        var (manifest, networks) = ModelFolder.Read(_folder["out"]);
        using var network = networks[0];
        Assert.Equal((4, true), (manifest.Model.Stages[0].Heads, manifest.Model.LearnSigma));
        Assert.All(expected.state_dict(), pair => Assert.True(TensorAssert.Identical(pair.Value, network.state_dict()[pair.Key]), pair.Key));
    }

    [Theory]
    [InlineData(null, "give the config.json that belongs to them with --config")]
    [InlineData("\"num_layers\": 3", "depth is 3, the weights have 2")]
    [InlineData("\"sample_size\": 16384", "there would be more positions than weights")]
    [InlineData("\"sample_size\": 0", "there would be more positions than weights, or none")]
    [InlineData("\"norm_type\": \"layer_norm\"", "norm_type is \"layer_norm\", only ada_norm_zero is known here")]
    [InlineData("\"_class_name\": \"PixArtTransformer2DModel\"", "_class_name is \"PixArtTransformer2DModel\"")]
    public void A_configuration_that_is_missing_or_does_not_fit_is_refused(string? member, string why)
    {
        using var own = RandomNetworks.Create(_config);
        if (member is not null) File.WriteAllText(_folder["config.json"], Config(member));
        Refused(Theirs(own.state_dict()), why);
    }

    [Fact]
    public void Blocks_that_differ_and_keys_that_do_not_fit_are_named()
    {
        using var own = RandomNetworks.Create(_config);
        File.WriteAllText(_folder["config.json"], Config());
        var tensors = Theirs(own.state_dict());
        tensors["transformer_blocks.1.norm1.emb.timestep_embedder.linear_1.bias"] = zeros(32);
        Refused(tensors, "\"transformer_blocks.1.norm1.emb.timestep_embedder.linear_1.bias\" differs from its twin");
        tensors = Theirs(own.state_dict());
        tensors.Remove("transformer_blocks.1.attn1.to_k.weight");
        tensors["transformer_blocks.0.attn1.to_v.bias"] = zeros(3);
        tensors["transformer_blocks.0.norm3.weight"] = zeros(3);
        Refused(tensors, "2 missing: \"blocks.0.attn.qkv.bias\", \"blocks.1.attn.qkv.weight\"; 6 unexpected: ");
    }

    private void Refused(Dictionary<string, Tensor> tensors, string why)
    {
        SafetensorsWriter.Write(_folder["a.safetensors"], tensors);
        var error = Assert.Throws<InvalidDataException>(() => TransformerImport.Import(_folder["a.safetensors"], TransformerKind.Dit, null, "x", _folder["out"]));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private static string Config(string? instead = null)
    {
        string[] members =
        [
            "\"_class_name\": \"DiTTransformer2DModel\"", "\"_diffusers_version\": \"0.31.0\"", "\"activation_fn\": \"gelu-approximate\"", "\"attention_head_dim\": 8", "\"dropout\": 0.0",
            "\"in_channels\": 4", "\"norm_eps\": 1e-05", "\"norm_type\": \"ada_norm_zero\"", "\"num_attention_heads\": 4", "\"num_embeds_ada_norm\": 5", "\"num_layers\": 2",
            "\"out_channels\": 8", "\"patch_size\": 2", "\"sample_size\": 8",
        ];
        return $"{{{string.Join(", ", members.Where(member => instead is null || member.Split(':')[0] != instead.Split(':')[0]).Concat(instead is null ? [] : [instead]))}}}";
    }

    // The other way round than the importer, written apart from it.
    private static Dictionary<string, Tensor> Theirs(Dictionary<string, Tensor> official)
    {
        var theirs = new Dictionary<string, Tensor>();
        foreach (var (name, tensor) in official)
        {
            var part = name[(name.LastIndexOf('.') + 1)..];
            var block = $"transformer_blocks.{(name.Split('.') is ["blocks", var number, ..] ? number : "")}";
            if (name == "pos_embed") continue;
            if (name.StartsWith("x_embedder.", StringComparison.Ordinal)) theirs.Add($"pos_embed.proj.{part}", tensor);
            else if (name.StartsWith("final_layer.linear", StringComparison.Ordinal)) theirs.Add($"proj_out_2.{part}", tensor);
            else if (name.StartsWith("final_layer.", StringComparison.Ordinal)) theirs.Add($"proj_out_1.{part}", tensor);
            else if (name.StartsWith("blocks.", StringComparison.Ordinal))
            {
                if (name.Contains("adaLN", StringComparison.Ordinal)) theirs.Add($"{block}.norm1.linear.{part}", tensor);
                else if (name.Contains("fc1", StringComparison.Ordinal)) theirs.Add($"{block}.ff.net.0.proj.{part}", tensor);
                else if (name.Contains("fc2", StringComparison.Ordinal)) theirs.Add($"{block}.ff.net.2.{part}", tensor);
                else if (name.Contains("attn.proj", StringComparison.Ordinal)) theirs.Add($"{block}.attn1.to_out.0.{part}", tensor);
                else
                    foreach (var (letter, slice) in "qkv".Zip(tensor.chunk(3, 0))) theirs.Add($"{block}.attn1.to_{letter}.{part}", slice.contiguous());
            }
            else
                for (var i = 0; i < _config.Depth; i++)
                    theirs.Add($"transformer_blocks.{i}.norm1.emb.{(name[0] == 'y' ? "class_embedder.embedding_table" : name.Contains(".0.", StringComparison.Ordinal) ? "timestep_embedder.linear_1" : "timestep_embedder.linear_2")}.{part}", tensor);
        }
        return theirs;
    }
}
