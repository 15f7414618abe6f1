using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Tests.Sampling;

public sealed class OwnSolverTests
{
    [Fact]
    public void A_solver_of_ones_own_takes_the_place_of_that_of_the_settings_stage_by_stage()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(2, 8, 12));
        var request = model.Request(0, 1, 2);
        request = request with { Sampling = request.Sampling with { Stages = [.. request.Sampling.Stages.Select(stage => stage with { Solver = SolverKind.Euler })] } };
        var made = new List<int>();
        var usual = model.Sample(request);
        var own = model.Sample(request with
        {
            Solver = (stage, _, field, _) =>
            {
                made.Add(stage);
                return stage == 0 ? new Halved(field) : null;
            },
        });
        Assert.Equal([0, 1], made);
        Assert.False(TensorAssert.Identical(usual, own));

        // Two Euler steps of half the length are Euler with twice the steps.
        var stages = request.Sampling.Stages;
        var twice = model.Sample(request with { Sampling = request.Sampling with { Stages = [stages[0] with { Steps = 2 * stages[0].Steps }, .. stages[1..]] } });
        TensorAssert.Close(twice, own, 1e-5);
    }

    [Fact]
    public void It_has_fresh_noise_that_does_not_depend_on_the_batch()
    {
        using var scope = NewDisposeScope();
        using var model = new RandomModel(RandomNetworks.Model(1));
        SolverFactory noisy = (_, _, field, noise) => new Noisy(field, noise);
        var both = model.Sample(model.Request(4, 9) with { Solver = noisy });
        var one = model.Sample(model.Request(9) with { Solver = noisy });
        TensorAssert.Close(one[0], both[1], 1e-5);
        Assert.False(TensorAssert.Identical(both, model.Sample(model.Request(4, 9))));
        Assert.Throws<InvalidOperationException>(() => model.Sample(model.Request(4) with { Solver = (_, _, field, _) => new Noisy(field, null) }));
    }

    private sealed class Halved(IFlowField field) : Solver(field)
    {
        protected override Tensor Advance(Tensor x, double t, double next)
        {
            var middle = x + (next - t) / 2 * Field.At(x, t);
            return middle + (next - t) / 2 * Field.At(middle, (t + next) / 2);
        }
    }

    private sealed class Noisy(IFlowField field, FreshNoise? noise) : Solver(field, noise)
    {
        protected override Tensor Advance(Tensor x, double t, double next) => x + (next - t) * Field.At(x, t) + 0.1 * Fresh();
    }
}
