using Msf.Evaluation;
using Msf.Sampling;
using Msf.Tests.Checkpoints;

namespace Msf.Tests.Evaluation;

public sealed class TuningSpaceTests
{
    private static readonly TuningSetting[] _all = Enum.GetValues<TuningSetting>();

    [Fact]
    public void It_has_every_solver_of_at_most_two_evaluations_a_step_and_the_models_own_values()
    {
        var space = TuningSpace.Of(SmallModels.Manifest, []);
        var solver = space.Dimensions.Single(dimension => dimension.Name == "stage 0 solver");
        var solvers = Enumerable.Range(0, solver.Choices).Select(choice => solver.Apply(space.Own, choice).Stages[0].Solver).ToList();
        Assert.Contains(SolverKind.Euler, solvers);
        Assert.Contains(SolverKind.Heun, solvers);
        Assert.Contains(SolverKind.DpmPp2M, solvers);
        Assert.DoesNotContain(SolverKind.Dopri5, solvers);                                    // chooses its own steps
        foreach (var dimension in space.Dimensions.Where(dimension => dimension.Name != "condition time"))
            Assert.Contains(TuningSpace.Key(space.Own), Enumerable.Range(0, dimension.Choices).Select(choice => TuningSpace.Key(dimension.Apply(space.Own, choice))));
    }

    [Theory]
    [InlineData(TuningSetting.Steps, "steps")]
    [InlineData(TuningSetting.Solver, "solver")]
    [InlineData(TuningSetting.Guidance, "guidance")]
    [InlineData(TuningSetting.Grid, "time shift")]
    [InlineData(TuningSetting.Grid, "grid")]
    [InlineData(TuningSetting.Condition, "condition time")]
    public void What_is_to_stay_is_not_varied(TuningSetting setting, string name)
    {
        Assert.Contains(TuningSpace.Of(SmallModels.Manifest, []).Dimensions, dimension => dimension.Name.Contains(name, StringComparison.Ordinal));
        Assert.DoesNotContain(TuningSpace.Of(SmallModels.Manifest, [setting]).Dimensions, dimension => dimension.Name.Contains(name, StringComparison.Ordinal));
        Assert.Empty(TuningSpace.Of(SmallModels.Manifest, _all).Dimensions);
        Assert.Equal(setting != TuningSetting.Steps, TuningSpace.Of(SmallModels.Manifest, [setting]).VariesSteps);
    }

    [Fact]
    public void Guidance_is_not_varied_where_the_null_class_was_never_trained()
    {
        var manifest = SmallModels.Manifest with { Diffusion = SmallModels.Manifest.Diffusion with { LabelDropout = 0 } };
        Assert.DoesNotContain(TuningSpace.Of(manifest, []).Dimensions, dimension => dimension.Name.Contains("guidance", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_combination_is_valid_or_none_and_what_means_the_same_is_the_same()
    {
        var space = TuningSpace.Of(SmallModels.Manifest, []);
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
            Assert.Empty(space.Build([.. space.Dimensions.Select(dimension => random.Next(dimension.Choices))])?.Validate(2) ?? []);
        var scale = space.Dimensions.ToList().FindIndex(dimension => dimension.Name == "stage 0 guidance");
        var from = space.Dimensions.ToList().FindIndex(dimension => dimension.Name == "stage 0 guidance from");
        int[] unguided = new int[space.Dimensions.Count], later = new int[space.Dimensions.Count];
        (later[scale], later[from]) = (0, 1);
        Assert.Equal(TuningSpace.Key(space.Build(unguided)!), TuningSpace.Key(space.Build(later)!));
    }

    [Fact]
    public void Times_that_were_given_stay()
    {
        var own = SmallModels.Manifest.Sampling;
        StageSamplingConfig given = own.Stages[0] with { Steps = 2, Grid = new TimeGridConfig { Kind = TimeGridKind.Explicit, Times = [0, 0.4, 1] } };
        var space = TuningSpace.Of(SmallModels.Manifest with { Sampling = own with { Stages = [given, own.Stages[1]] } }, []);
        Assert.DoesNotContain(space.Dimensions, dimension => dimension.Name is "stage 0 steps" or "stage 0 grid");
        Assert.NotNull(space.Build(new int[space.Dimensions.Count]));
    }
}
