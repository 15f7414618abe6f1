using System.Text.Json.Nodes;
using Msf.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32)]
    public void Weights_come_back_as_rounded_for_the_disk_and_positions_exactly(ScalarType type)
    {
        var weights = SmallModels.Weights();
        ModelFolder.Save(_folder["model"], SmallModels.Manifest, weights, type);
        Assert.Equal(["model.json", "stage0.safetensors", "stage1.safetensors"], Directory.GetFileSystemEntries(_folder["model"]).Select(Path.GetFileName).Order());
        var (manifest, networks) = ModelFolder.Read(_folder["model"]);
        Assert.Equal("small", manifest.Model.Name);
        for (var stage = 0; stage < 2; stage++)
        {
            using var file = SafetensorsFile.Open(_folder[$"model/stage{stage}.safetensors"]);
            Assert.All(file.Tensors, pair => Assert.Equal(pair.Key == "pos_embed" ? ScalarType.Float32 : type, pair.Value.DType));
            Assert.False(networks[stage].training);
            Assert.All(networks[stage].state_dict(), pair =>
            {
                Assert.Equal(ScalarType.Float32, pair.Value.dtype);
                var expected = pair.Key == "pos_embed" ? weights[stage][pair.Key] : weights[stage][pair.Key].to_type(type);
                Assert.True(TensorAssert.Identical(expected, pair.Value), pair.Key);
            });
            networks[stage].Dispose();
        }
    }

    [Fact]
    public void A_weight_too_large_for_the_type_is_refused_and_the_model_before_stays()
    {
        Save();
        var before = File.ReadAllText(_folder["model/model.json"]);
        var weights = SmallModels.Weights();
        weights[1]["final_layer.linear.bias"].fill_(1e5);
        Assert.Contains("final_layer.linear.bias", Assert.Throws<ArgumentException>(() =>
            ModelFolder.Save(_folder["model"], SmallModels.Manifest, weights, ScalarType.Float16)).Message);
        Assert.Equal(before, File.ReadAllText(_folder["model/model.json"]));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void What_could_not_be_read_again_is_not_written()
    {
        var weights = SmallModels.Weights();
        Assert.Throws<ArgumentException>(() => ModelFolder.Save(_folder["model"], SmallModels.Manifest with { ClassNames = [] }, weights, ScalarType.Float16));
        Assert.Throws<ArgumentException>(() => ModelFolder.Save(_folder["model"], SmallModels.Manifest, [weights[0]], ScalarType.Float16));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Missing_unexpected_and_misshapen_tensors_are_listed_by_key()
    {
        Save();
        var weights = SmallModels.Weights()[0];
        weights.Remove("y_embedder.embedding_table.weight");
        weights["stranger"] = zeros(2);
        weights["final_layer.linear.bias"] = zeros(5);
        SafetensorsWriter.Write(_folder["model/stage0.safetensors"], weights);
        var error = Refuses<InvalidDataException>("stage0.safetensors");
        foreach (var key in new[] { "y_embedder.embedding_table.weight", "stranger", "final_layer.linear.bias" }) Assert.Contains(key, error);
    }

    [Fact]
    public void A_flipped_weight_is_noticed()
    {
        Save();
        var bytes = File.ReadAllBytes(_folder["model/stage1.safetensors"]);
        bytes[^7] ^= 0x10;
        File.WriteAllBytes(_folder["model/stage1.safetensors"], bytes);
        Assert.Contains("vouches", Refuses<InvalidDataException>("stage1.safetensors"));
    }

    [Theory]
    [InlineData("\"scale\": 2", "\"scale\": 3")]
    [InlineData("\"mean\"", "\"mean\" ")]
    [InlineData("bee", "wee")]
    [InlineData("\"digest\": \"", "\"digest\": \"0")]
    public void A_change_that_still_makes_sense_is_noticed_and_accepted_where_it_was_on_purpose(string before, string after)
    {
        Save();
        var text = File.ReadAllText(_folder["model/model.json"]);
        Assert.Contains(before, text);
        File.WriteAllText(_folder["model/model.json"], text.Replace(before, after));
        Refuses<InvalidDataException>("after an edit on purpose remove its digest");
        ChangeManifest(_ => { });
        foreach (var network in ModelFolder.Read(_folder["model"]).Networks) network.Dispose();
    }

    [Fact]
    public void A_stage_trained_elsewhere_is_taken_where_nobody_vouches_for_another()
    {
        Save();
        var other = SmallModels.Weights(seed: 2);
        SafetensorsWriter.Write(_folder["model/stage1.safetensors"], other[1]);
        Refuses<InvalidDataException>("stageDigests");
        ChangeManifest(json => json.Remove("stageDigests"));
        var (_, networks) = ModelFolder.Read(_folder["model"]);
        Assert.True(TensorAssert.Identical(other[1]["pos_embed"], networks[1].state_dict()["pos_embed"]));
        foreach (var network in networks) network.Dispose();
    }

    [Fact]
    public void A_model_without_a_stage_or_with_half_of_one_is_refused()
    {
        Save();
        using (var file = File.OpenWrite(_folder["model/stage1.safetensors"])) file.SetLength(file.Length - 100);
        Refuses<InvalidDataException>("stage1.safetensors");
        File.Delete(_folder["model/stage1.safetensors"]);
        Refuses<FileNotFoundException>("stage1.safetensors");
    }

    [Fact]
    public void A_folder_without_a_manifest_is_no_model_folder()
    {
        Refuses<DirectoryNotFoundException>("no model folder");
        Directory.CreateDirectory(_folder["model"]);
        Refuses<DirectoryNotFoundException>("model.json");
    }

    [Theory]
    [InlineData("width", 65536)]
    [InlineData("depth", 1_000_000)]
    public void A_manifest_that_describes_a_monster_takes_no_memory(string member, int value)
    {
        Save();
        ChangeManifest(json => json["model"]!["stages"]![0]![member] = value);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("far fewer than model.json describes", Refuses<InvalidDataException>("stage0.safetensors"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 10_000_000);
    }

    [Fact]
    public void Another_architecture_of_about_the_same_size_is_refused()
    {
        Save();
        ChangeManifest(json => json["model"]!["stages"]![1]!["mlpRatio"] = 2);
        Assert.Contains("blocks.0.mlp", Refuses<InvalidDataException>("stage1.safetensors"));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    private void Save() => ModelFolder.Save(_folder["model"], SmallModels.Manifest, SmallModels.Weights(), ScalarType.Float16);

    private void ChangeManifest(Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(_folder["model/model.json"]))!.AsObject();
        Assert.True(json.Remove("digest"));                                                   // edited on purpose
        change(json);
        File.WriteAllText(_folder["model/model.json"], json.ToJsonString());
    }

    private string Refuses<T>(string because) where T : Exception
    {
        var error = Assert.Throws<T>(() => ModelFolder.Read(_folder["model"]));
        TestContext.Current.TestOutputHelper?.WriteLine(error.Message);
        Assert.Contains(because, error.Message);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
