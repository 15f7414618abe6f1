using System.Text.Json.Nodes;
using Msf.Checkpoints;
using Msf.Models;
using Msf.Runtime;
using Msf.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

/// <summary>Folders of models whose stages share a trunk.</summary>
public sealed class SharedTrunkFolderTests : IDisposable
{
    private static readonly ModelManifest _manifest = SharedTrunkModels.Manifest(SharedTrunkModels.All);
    private readonly TemporaryFolder _folder = new();
    private readonly DiffusionTransformer[] _networks = SharedTrunkModels.Create(SharedTrunkModels.All);
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Every_weight_is_stored_once_and_comes_back_to_every_stage_in_one_place()
    {
        Save();
        Assert.Equal(["trunk.safetensors", "stage0.safetensors", "stage1.safetensors", "stage2.safetensors"], ModelFolder.WeightNames(_manifest.Model));
        var stored = ModelFolder.WeightNames(_manifest.Model).Sum(name => SafetensorsFile.ReadAll(_folder[$"model/{name}"]).Where(pair => pair.Key != "pos_embed").Sum(pair => pair.Value.numel()));
        Assert.Equal(TransformerCost.ParametersOf(_manifest.Model), stored);
        var (_, networks) = ModelFolder.Read(_folder["model"]);
        foreach (var (before, after) in _networks.Zip(networks))
            Assert.All(before.state_dict(), pair => Assert.True(TensorAssert.Identical(pair.Value, after.state_dict()[pair.Key]), pair.Key));
        Assert.Single(networks.Select(network => TensorMemory.Address(network.state_dict()["blocks.1.attn.qkv.weight"])).Distinct());
        foreach (var network in networks) network.Dispose();
        using var alone = ModelFolder.ReadStage(_folder["model"], ModelFolder.ReadManifest(_folder["model"]), 2);
        Assert.True(TensorAssert.Identical(_networks[2].state_dict()["blocks.0.attn.qkv.weight"], alone.state_dict()["blocks.0.attn.qkv.weight"]));
    }

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void A_loaded_model_samples_the_images_of_the_networks_that_were_saved(ComputePrecision precision)
    {
        Save();
        using var model = MsfModel.Load(_folder["model"], precision: precision, guide: _folder["model"]);
        var request = model.Request([0, 1, 4], seed: 3);
        var loaded = model.Sample(request, cancellation: Cancellation);
        var guided = model.Sample(request with { Sampling = Guided(request.Sampling) }, cancellation: Cancellation);
        foreach (var network in _networks) network.to(precision.ToScalarType());
        var sampler = new MsfSampler(_manifest.Model, _manifest.Diffusion, _manifest.Statistics, _networks, _networks);
        Assert.True(TensorAssert.Identical(sampler.Sample(request, cancellation: Cancellation), loaded));
        Assert.True(TensorAssert.Identical(sampler.Sample(request with { Sampling = Guided(request.Sampling) }, cancellation: Cancellation), guided));
    }

    [Fact]
    public void Trunks_that_differ_are_not_written()
    {
        var states = _networks.Select(network => StateDictLoader.Extract(network).ToDictionary(pair => pair.Key, pair => pair.Value.clone())).ToArray();
        states[1]["t_embedder.mlp.2.bias"].add_(1);
        var error = Assert.Throws<ArgumentException>(() => ModelFolder.Save(_folder["model"], _manifest, states, ScalarType.Float32));
        Assert.Contains("\"t_embedder.mlp.2.bias\" of stage 1 is not that of stage 0", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_trunk_that_is_missing_changed_or_of_other_keys_is_refused()
    {
        Save();
        var path = _folder["model/trunk.safetensors"];
        var (trunk, own) = (SafetensorsFile.ReadAll(path).ToDictionary(), SafetensorsFile.ReadAll(_folder["model/stage1.safetensors"]).ToDictionary());
        File.Delete(path);
        Refuses<FileNotFoundException>("trunk.safetensors");

        var changed = trunk.ToDictionary();
        changed["blocks.0.attn.qkv.weight"] = changed["blocks.0.attn.qkv.weight"] + 1;
        SafetensorsWriter.Write(path, changed);
        Refuses<InvalidDataException>("remove trunkDigest and digest");

        Forget();
        foreach (var network in ModelFolder.Read(_folder["model"]).Networks) network.Dispose();   // exchanged on purpose
        trunk["x_embedder.proj.bias"] = own["x_embedder.proj.bias"];
        SafetensorsWriter.Write(path, trunk);
        Assert.Contains("trunk.safetensors", Refuses<InvalidDataException>("1 unexpected: \"x_embedder.proj.bias\""), StringComparison.Ordinal);
        trunk.Remove("x_embedder.proj.bias");
        SafetensorsWriter.Write(path, trunk);
        own["blocks.0.attn.qkv.weight"] = trunk["blocks.0.attn.qkv.weight"];
        SafetensorsWriter.Write(_folder["model/stage1.safetensors"], own);
        Assert.Contains("stage1.safetensors", Refuses<InvalidDataException>("1 unexpected: \"blocks.0.attn.qkv.weight\""), StringComparison.Ordinal);
    }

    [Fact]
    public void The_identity_is_that_of_all_files_and_no_trunk_is_vouched_for_where_there_is_none()
    {
        Save();
        var before = ModelDistillation.IdentityOf(_folder["model"], _manifest.Model);
        File.AppendAllText(_folder["model/trunk.safetensors"], "x");
        Assert.NotEqual(before, ModelDistillation.IdentityOf(_folder["model"], _manifest.Model));
        Assert.Contains("share no trunk", Assert.Single((SmallModels.Manifest with { TrunkDigest = "0" }).Validate()), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _scope.Dispose();
        foreach (var network in _networks) network.Dispose();
        _folder.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SamplingConfig Guided(SamplingConfig sampling) => sampling with
    {
        Stages = [.. sampling.Stages.Select(stage => stage with { Guidance = stage.Guidance with { Source = GuidanceSource.WeakerModel } })],
    };

    private void Save() => ModelFolder.Save(_folder["model"], _manifest, [.. _networks.Select(StateDictLoader.Extract)], ScalarType.Float32);

    // As a person does who exchanges files.
    private void Forget()
    {
        var json = JsonNode.Parse(File.ReadAllText(_folder["model/model.json"]))!.AsObject();
        foreach (var member in new[] { "trunkDigest", "stageDigests", "digest" }) Assert.True(json.Remove(member));
        File.WriteAllText(_folder["model/model.json"], json.ToJsonString());
    }

    private string Refuses<T>(string expected) where T : Exception
    {
        var message = Assert.Throws<T>(() => ModelFolder.Read(_folder["model"])).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
