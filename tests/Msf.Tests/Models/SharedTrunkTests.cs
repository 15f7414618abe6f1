using System.Text.Json;
using Msf.Models;
using Msf.Modules;
using Msf.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

public sealed class SharedTrunkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parameters_are_counted_as_they_lie_in_memory(bool all)
    {
        var model = all ? SharedTrunkModels.All : SharedTrunkModels.Run.Model;
        Assert.Empty(model.Validate());
        var networks = SharedTrunkModels.Create(model);
        var places = networks.SelectMany(Trained).DistinctBy(pair => TensorMemory.Address(pair.parameter)).ToArray();
        Assert.Equal(places.Sum(pair => pair.parameter.numel()), TransformerCost.ParametersOf(model));
        Assert.All(Enumerable.Range(0, networks.Length), stage =>
        {
            var cost = TransformerCost.Of(model.Transformer(stage));
            Assert.Equal(Trained(networks[stage]).Sum(pair => pair.parameter.numel()), cost.Parameters);
            Assert.Equal(Trained(networks[stage]).Where(pair => SharedTrunk.Holds(pair.name)).Sum(pair => pair.parameter.numel()), cost.TrunkParameters);
        });
        foreach (var network in networks) network.Dispose();
    }

    [Fact]
    public void What_is_of_the_trunk_changes_with_it_and_the_rest_does_not()
    {
        var networks = SharedTrunkModels.Create(SharedTrunkModels.All);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (_, parameter) in Trained(networks[0])) parameter.fill_(7);
        Assert.All(Trained(networks[2]), pair => Assert.Equal(SharedTrunk.Holds(pair.name), pair.parameter.eq(7).all().item<bool>()));
        string[] own = ["condition_t_embedder", "final_layer", "stage_embedder", "x_embedder"];
        Assert.Equal(own, Trained(networks[2]).Where(pair => !SharedTrunk.Holds(pair.name)).Select(pair => pair.name.Split('.')[0]).Distinct().Order());
        networks[0].Dispose();                                                                // the others keep the memory
        Assert.Equal(7, Trained(networks[1]).First(pair => SharedTrunk.Holds(pair.name)).parameter.mean().item<float>());
        foreach (var network in networks[1..]) network.Dispose();
    }

    [Fact]
    public void Every_forward_pass_knows_its_stage()
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var config = SharedTrunkModels.Run.Model.Transformer(1);
        using var network = RandomNetworks.Create(config);
        var (x, _, labels, condition, _) = RandomNetworks.Inputs(config, 4);
        labels = labels % config.Classes;
        var (t, level) = (full(4, 0.4f), full(4, 0.9f));
        using var prepared = new PreparedTransformer(network, labels.data<long>().ToArray(), condition, 0.9f, [0.4]);
        var before = network.Forward(x, t, labels, condition, level);
        TensorAssert.Close(before, prepared.Forward(x, 0.4), 1e-5);
        using var recomputed = new BlockRecomputation(network);
        TensorAssert.Close(before, recomputed.Forward(x, t, labels, condition, level), 1e-5);
        network.state_dict()["stage_embedder.weight"].mul_(-1);
        Assert.True(TensorAssert.MaximumDifference(before, network.Forward(x, t, labels, condition, level)) > 1e-3);
    }

    [Fact]
    public void One_stage_has_nothing_to_tell_apart()
    {
        var model = RandomNetworks.Model(levels: 1) with { SharedTrunk = true };
        Assert.Empty(model.Validate());
        Assert.False(model.Transformer(0).StageEmbedding);
        Assert.Equal(TransformerCost.Of(model.Transformer(0)).Parameters, TransformerCost.ParametersOf(model));
        Assert.False(SharedTrunkModels.All.SingleScaleTwin().SharedTrunk);
    }

    [Fact]
    public void Stages_that_differ_are_told_member_by_member()
    {
        var stage = new StageConfig
        {
            PatchSize = 1,
            Width = 64,
            Depth = 3,
            Heads = 4,
            MlpRatio = 2.5,
            Block = new BlockOptions
            {
                Normalization = NormalizationKind.RmsNorm,
                QueryKeyNormalization = true,
                Perceptron = PerceptronKind.SwiGlu,
                Positions = PositionKind.Rotary,
                PositionScaling = PositionScaling.Extrapolation,
            },
        };
        var model = RandomNetworks.Model(levels: 2);
        model = model with { SharedTrunk = true, Stages = [model.Stages[0], stage] };
        var errors = model.Validate();
        string[] members = ["width is 64", "depth is 3", "heads is 4", "mlpRatio is 2.5", "block.normalization", "block.queryKeyNormalization", "block.perceptron", "block.positions is"];
        Assert.Equal(members.Length, errors.Count);
        Assert.All(members.Zip(errors), pair => Assert.StartsWith($"stage 1: {pair.First}", pair.Second, StringComparison.Ordinal));
        Assert.EndsWith("width is 64, and that of stage 0 is 32; with sharedTrunk one transformer serves all stages, so make them agree", errors[0], StringComparison.Ordinal);
        Assert.Empty((model with { SharedTrunk = false }).Validate());
        Assert.Empty((model with { Stages = [model.Stages[0], model.Stages[1] with { Width = 32, Depth = 1, Heads = 2, MlpRatio = 4, Block = new() }] }).Validate());
    }

    [Fact]
    public void A_model_without_says_nothing_of_it()
    {
        Assert.DoesNotContain("sharedTrunk", JsonSerializer.Serialize(RandomNetworks.Model(levels: 2), JsonFormat.Line), StringComparison.Ordinal);
        Assert.Contains("\"sharedTrunk\":true", JsonSerializer.Serialize(SharedTrunkModels.All, JsonFormat.Line).Replace(" ", ""), StringComparison.Ordinal);
    }

    private static IEnumerable<(string name, Parameter parameter)> Trained(DiffusionTransformer network) =>
        network.named_parameters().Where(pair => pair.parameter.requires_grad);
}
