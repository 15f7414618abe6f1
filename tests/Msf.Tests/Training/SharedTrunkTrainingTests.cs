using Msf.Checkpoints;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Stages that share a trunk: what their steps do to it and to each other.</summary>
[Collection(SequentialTraining.Name)]
public sealed class SharedTrunkTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void With_one_stage_it_is_the_plain_model()
    {
        using var scope = NewDisposeScope();
        var plain = SmallRun.With(training => training with { StageShares = null, GradientClip = 1e9 });   // a norm sums in the order of the vector
        plain = plain with { Model = plain.Model.SingleScaleTwin(), Sampling = new() { Stages = [plain.Sampling.Stages[0]] } };
        SmallRun.Train(plain, _folder["plain"]);
        SmallRun.Train(plain with { Model = plain.Model with { SharedTrunk = true } }, _folder["shared"]);
        var (one, other) = (ModelFolder.Read(_folder["plain/model"]).Networks[0], ModelFolder.Read(_folder["shared/model"]).Networks[0]);
        Assert.All(one.state_dict(), pair => Assert.True(TensorAssert.Identical(pair.Value, other.state_dict()[pair.Key]), pair.Key));
        Assert.True(File.Exists(_folder["shared/model/trunk.safetensors"]));
        one.Dispose();
        other.Dispose();
    }

    // The derivative of the sum of both losses along a direction of the trunk, which both networks compute with, by differences.
    [Fact]
    public void The_gradient_of_the_trunk_is_the_sum_over_the_stages()
    {
        using var scope = NewDisposeScope();
        var model = SharedTrunkModels.Run.Model;
        var networks = SharedTrunkModels.Create(model);
        var trunk = networks[0].named_parameters().Where(pair => SharedTrunk.Holds(pair.name)).ToArray();
        using var generator = new Generator(5);
        var direction = trunk.Select(pair => randn(pair.parameter.shape, generator: generator)).ToArray();
        double Loss(bool backward = false)
        {
            double sum = 0;
            for (var stage = 0; stage < networks.Length; stage++)
            {
                using var inner = NewDisposeScope();
                var (x, t, labels, condition, level) = RandomNetworks.Inputs(networks[stage].Config, 4);
                var loss = networks[stage].Forward(x, t, labels % model.Classes, condition, level).pow(2).mean();
                if (backward) loss.backward();
                sum += loss.item<float>();
            }
            return sum;
        }
        Loss(backward: true);
        double expected = 0;
        foreach (var ((name, _), along) in trunk.Zip(direction))
            foreach (var network in networks)
                expected += (network.named_parameters().Single(pair => pair.name == name).parameter.grad! * along).sum().item<float>();
        double At(double step)
        {
            using var noGrad = no_grad();
            foreach (var ((_, parameter), along) in trunk.Zip(direction)) parameter.add_(along * (float)step);
            var loss = Loss();
            foreach (var ((_, parameter), along) in trunk.Zip(direction)) parameter.sub_(along * (float)step);
            return loss;
        }
        const double h = 2e-3;
        Assert.Equal(expected, (At(h) - At(-h)) / (2 * h), 0.02 * Math.Abs(expected));
        foreach (var network in networks) network.Dispose();
    }

    [Theory]
    [InlineData(1, ScalarType.Float32)]
    [InlineData(2, ScalarType.BFloat16)]
    public void A_step_of_a_stage_moves_the_trunk_of_all_and_what_is_its_own(int threads, ScalarType type) => SequentialTraining.On(threads, () =>
    {
        using var scope = NewDisposeScope();
        var model = SharedTrunkModels.Run.Model;
        var config = SharedTrunkModels.Run.Training with { Beta1 = 0.5, WarmupImages = 64, GradientClip = 1e9, LearningRate = 1e-2 };
        var networks = SharedTrunkModels.Create(model);
        foreach (var network in networks) network.train();
        using var trunk = new ParameterGroup(networks[0], SharedTrunk.Holds, config, 1000);
        var stages = networks.Select((network, i) => new StageTrainer(network, new StageLoss(new DiffusionConfig(), model.Classes), config, type, 500, i, trunk)).ToArray();
        var own = stages.Select(stage => stage.State()["weights"].clone()).ToArray();
        var (first, weights) = (Step(stages[0], model), trunk.Weights.clone());
        var moment = trunk.State()["moment1"].clone();
        Assert.True(TensorAssert.MaximumDifference(own[0], stages[0].State()["weights"]) > 1e-4);
        Assert.True(TensorAssert.Identical(own[1], stages[1].State()["weights"]));
        var second = Step(stages[1], model);
        Assert.True(TensorAssert.MaximumDifference(own[1], stages[1].State()["weights"]) > 1e-4);
        Assert.True(TensorAssert.MaximumDifference(weights, trunk.Weights) > 1e-4);

        // One count and one set of moments for the steps of both, and the norm is over what is shared and what is not.
        Assert.Equal((16L, 2L, 8L, 8L), (trunk.Images, trunk.Steps, stages[0].Images, stages[1].Images));
        Assert.Equal(0.01 * 24 / 72, trunk.LearningRate, 1e-9);                               // warm-up by the images of all stages
        Assert.Equal(0.01 * 8 / 72, second.LearningRate, 1e-9);
        var gradient = (trunk.State()["moment1"] - moment * 0.5) * 2;
        var norm = Math.Sqrt(Square(gradient) + Square(stages[1].State()["moment1"] * 2));
        Assert.Equal(second.GradientNorm, norm, 2e-3 * norm);
        Assert.Equal(first.GradientNorm, Math.Sqrt(Square(moment * 2) + Square(stages[0].State()["moment1"] * 2)), 2e-3 * norm);

        // What the networks compute with is the trunk, in one place.
        var key = "blocks.0.attn.qkv.weight";
        Assert.All(networks, network => Assert.True(TensorAssert.Identical(
            trunk.Unflatten(trunk.Weights)[key].to_type(type), network.state_dict()[key])));
        Assert.Single(networks.Select(network => TensorMemory.Address(network.state_dict()[key])).Distinct());
        foreach (var stage in stages) stage.Dispose();
        return 0;
    });

    [Fact]
    public void Clipping_is_by_the_norm_of_shared_and_own_together()
    {
        using var scope = NewDisposeScope();
        var model = SharedTrunkModels.Run.Model;
        Tensor[] Moments(double clip, out double norm)
        {
            var config = SharedTrunkModels.Run.Training with { Beta1 = 0, GradientClip = clip };
            var networks = SharedTrunkModels.Create(model);
            using var trunk = new ParameterGroup(networks[0], SharedTrunk.Holds, config, 1000);
            using var stage = new StageTrainer(networks[0], new StageLoss(new DiffusionConfig(), model.Classes), config, ScalarType.Float32, 500, 0, trunk);
            norm = Step(stage, model).GradientNorm;
            networks[1].Dispose();
            return [trunk.State()["moment1"].clone(), stage.State()["moment1"].clone()];
        }
        var whole = Moments(1e9, out var norm);
        var clipped = Moments(norm / 4, out _);
        Assert.All(whole.Zip(clipped), pair => TensorAssert.Close(pair.First * 0.25, pair.Second, 1e-5));
    }

    [Fact]
    public void Steps_that_are_skipped_leave_the_trunk_alone_and_are_counted()
    {
        using var scope = NewDisposeScope();
        using var trainer = SmallRun.Open(SharedTrunkModels.Run, _folder["run"]);
        for (var i = 0; i < 4; i++) trainer.Step();
        var before = trainer.Trunk!.State().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        using var generator = new Generator(1);
        Assert.True(trainer.Stages[0].Step(full([8, 3, 4, 4], float.NaN), zeros(8, ScalarType.Int64), null, generator).Skipped);
        Assert.All(trainer.Trunk.State(), pair => Assert.True(TensorAssert.Identical(before[pair.Key], pair.Value), pair.Key));
        Assert.Equal(40, trainer.Trunk.Images);
        Assert.Equal(4, trainer.Trunk.Steps);
    }

    [Fact]
    public void Tensors_stay_flat()
    {
        using var trainer = SmallRun.Open(SharedTrunkModels.Run, _folder["run"]);
        LiveTensors.StayFlat(20, () => trainer.Step());
    }

    [Fact]
    public void The_model_of_a_run_holds_the_averages_of_trunk_and_stages_and_its_memory_is_counted()
    {
        using var scope = NewDisposeScope();
        var result = SmallRun.Train(SharedTrunkModels.Run, _folder["run"]);
        var tensors = SmallRun.Tensors(result.Checkpoint);
        var (_, networks) = ModelFolder.Read(result.Model);
        for (var stage = 0; stage < 2; stage++)
        {
            TensorAssert.Close(tensors["trunk.average"], new FlatParameters(networks[stage], SharedTrunk.Holds).Gather(), 1e-3);
            TensorAssert.Close(tensors[$"{stage}.average"], new FlatParameters(networks[stage], key => !SharedTrunk.Holds(key)).Gather(), 1e-3);
            networks[stage].Dispose();
        }
        var parameters = TransformerCost.ParametersOf(SharedTrunkModels.Run.Model);
        Assert.Equal(parameters, tensors.Where(pair => pair.Key.EndsWith(".weights", StringComparison.Ordinal)).Sum(pair => pair.Value.numel()));
        var memory = TrainingMemory.Of(SharedTrunkModels.Run.Model, SharedTrunkModels.Run.Training, 8, ComputePrecision.Float32, recompute: false);
        Assert.Equal((4 * parameters, 8 * parameters), (memory.Weights, memory.Moments));
    }

    [Fact]
    public void Another_kind_of_trunk_is_another_model_to_resume()
    {
        SmallRun.TrainUntil(8, SmallRun.Config, _folder["run"]);
        var error = Assert.Throws<ArgumentException>(() => SmallRun.Open(SharedTrunkModels.Run, _folder["run"], resume: true));
        Assert.Contains("model.sharedTrunk was absent and is now true", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static double Square(Tensor x) => x.to_type(ScalarType.Float64).pow(2).sum().item<double>();

    private static StepResult Step(StageTrainer stage, ModelConfig model)
    {
        using var generator = new Generator(11);
        var config = stage.Network.Config;
        var component = randn([8, 3, config.InputSize[0], config.InputSize[1]], generator: generator);
        return stage.Step(component, arange(8, ScalarType.Int64).remainder(model.Classes), config.ConditionChannels > 0 ? component * 0.5 : null, generator);
    }
}
