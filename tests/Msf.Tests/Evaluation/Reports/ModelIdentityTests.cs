using Msf.Checkpoints;
using Msf.Evaluation;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class ModelIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_trunk_is_part_of_it()
    {
        var manifest = SharedTrunkModels.Manifest(SharedTrunkModels.All);
        var networks = SharedTrunkModels.Create(SharedTrunkModels.All);
        using (NewDisposeScope())
        using (no_grad())
        {
            ModelFolder.Save(_folder["one"], manifest, [.. networks.Select(StateDictLoader.Extract)], ScalarType.Float32);
            networks[0].state_dict()["blocks.0.attn.proj.bias"].fill_(3);                     // of all stages
            ModelFolder.Save(_folder["other"], manifest, [.. networks.Select(StateDictLoader.Extract)], ScalarType.Float32);
        }
        foreach (var network in networks) network.Dispose();
        Assert.All([0, 1, 2], stage => Assert.Equal(FileDigest.Sha256(_folder[$"one/stage{stage}.safetensors"]), FileDigest.Sha256(_folder[$"other/stage{stage}.safetensors"])));
        string[] identities = [Of("one"), Of("other"), Of("one", "one"), Of("one", "other")];
        Assert.Equal(4, identities.Distinct().Count());
        Assert.Equal(identities[0], Of("one"));
    }

    public void Dispose() => _folder.Dispose();

    private string Of(string folder, string? guide = null)
    {
        using var model = MsfModel.Load(_folder[folder], precision: ComputePrecision.Float32, guide: guide is null ? null : _folder[guide]);
        return ModelIdentity.Of(model, _folder[folder], guide is null ? null : _folder[guide]);
    }
}
