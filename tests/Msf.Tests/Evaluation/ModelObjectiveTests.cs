using Msf.Checkpoints;
using Msf.Data;
using Msf.Evaluation;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Tests.Checkpoints;
using Msf.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

[Collection(SequentialTraining.Name)]
public sealed class ModelObjectiveTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly MsfModel _model;
    private readonly SampleEvaluator _evaluator = new(new PixelMeans(), batchSize: 8);
    private readonly EvaluationReference _reference;

    public ModelObjectiveTests()
    {
        using (NewDisposeScope()) ModelFolder.Save(_folder["model"], SmallModels.Manifest, SmallModels.Weights(), ScalarType.Float16);
        _model = MsfModel.Load(_folder["model"], precision: ComputePrecision.Float32);
        using var source = ImageSources.Open("synthetic:shapes?size=8&count=60");
        using var summary = _evaluator.OfSource(source, 8, keep: 60, cancellation: TestContext.Current.CancellationToken);
        _reference = EvaluationReference.Of(summary);
    }

    private static SamplingConfig Own => SmallModels.Manifest.Sampling;

    private ModelObjective Objective(long seed = 0) => new(_model, _evaluator, _reference, [3, 2, 1], seed);

    [Fact]
    public void A_measurement_is_the_distance_of_the_models_samples()
    {
        using var objective = Objective(seed: 5);
        var measured = objective.Measure(Own, 24, TestContext.Current.CancellationToken);
        var request = _model.Request(LabelSequence.Proportional([3, 2, 1], 24), seed: 5);
        using var summary = _evaluator.OfModel(_model, request, keep: 24, cancellation: TestContext.Current.CancellationToken);
        using var moments = summary.Statistics.Moments();
        Assert.Equal(_reference.Frechet.DistanceTo(moments).Distance, measured.Distance, 1e-6 * measured.Distance);
        Assert.Equal(KernelDistance.Unbiased(_reference.Features!, summary.Features()), measured.KernelDistance!.Value, 1e-9 * Math.Abs(measured.KernelDistance.Value));
        Assert.Equal((24, 8), (measured.Count, measured.Without.Length));
        Assert.True(measured.SecondsPerImage > 0 && measured.StandardError > 0);
        Assert.Equal(objective.MultiplyAdds(Own), measured.MultiplyAdds);
        var third = summary.Features().index_select(0, tensor(Enumerable.Range(0, 24).Where(i => i % 8 != 2).Select(i => (long)i).ToArray()));
        Assert.Equal(_reference.Frechet.DistanceTo(third).Distance, measured.Without[2], 1e-9 * measured.Distance);
    }

    [Fact]
    public void More_samples_go_on_from_those_there_are_and_change_nothing()
    {
        using var stepwise = Objective();
        stepwise.Measure(Own, 16, TestContext.Current.CancellationToken);
        var (more, atOnce) = (stepwise.Measure(Own, 40, TestContext.Current.CancellationToken), Objective().Measure(Own, 40, TestContext.Current.CancellationToken));
        Assert.Equal(atOnce.Distance, more.Distance, 1e-6 * atOnce.Distance);
        Assert.Equal(stepwise.Measure(Own, 16, TestContext.Current.CancellationToken).Distance, Objective().Measure(Own, 16, TestContext.Current.CancellationToken).Distance, 1e-6 * more.Distance);
    }

    [Fact]
    public void Costs_follow_the_budget()
    {
        using var objective = Objective();
        var half = Own with { Stages = [.. Own.Stages.Select(stage => stage with { Steps = 2 * stage.Steps })] };
        Assert.Equal(2 * objective.MultiplyAdds(Own), objective.MultiplyAdds(half));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ModelObjective(_model, _evaluator, _reference, [1, 2], 0));
        using var other = new FeatureSummary(3, 2);
        other.Add(randn(4, 3));
        using var reference = EvaluationReference.Of(other);
        Assert.Throws<ArgumentException>(() => new ModelObjective(_model, _evaluator, reference, [1, 2, 3], 0));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        using var objective = Objective();
        Assert.ThrowsAny<OperationCanceledException>(() => objective.Measure(Own, 16, stop.Token));
    }

    [Fact]
    public void A_reference_is_read_as_it_was_written_and_ADMs_has_no_features()
    {
        _reference.Write(_folder["reference.npz"]);
        using var read = EvaluationReference.Read(_folder["reference.npz"]);
        Assert.True(TensorAssert.Identical(_reference.Features!, read.Features!));
        Assert.True(TensorAssert.Identical(_reference.Moments.Covariance, read.Moments.Covariance));
        _reference.Moments.Write(_folder["moments.npz"]);
        using var without = EvaluationReference.Read(_folder["moments.npz"]);
        Assert.Null(without.Features);
    }

    [Fact]
    public void Classes_of_the_data_are_matched_by_name_then_by_number()
    {
        var named = SmallModels.Manifest with { ClassNames = ["square", "circle"], Model = SmallModels.Manifest.Model with { Classes = 2 } };
        using var all = ImageSources.Open("synthetic:shapes?size=8&count=40");
        var names = all.Classes.Select(c => c.Name).ToArray();
        named = named with { ClassNames = [names[2], names[0]] };
        using var chosen = ModelData.Open(named, "synthetic:shapes?size=8&count=40");
        Assert.Equal([names[2], names[0]], chosen.Classes.Select(c => c.Name));
        var error = Assert.Throws<ArgumentException>(() => ModelData.Open(SmallModels.Manifest, "synthetic:shapes?size=8&count=40"));
        Assert.Contains("ant, bee", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _reference.Dispose();
        _model.Dispose();
        _folder.Dispose();
        _scope.Dispose();
    }
}
