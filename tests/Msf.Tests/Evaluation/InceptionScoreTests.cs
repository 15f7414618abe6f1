using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class InceptionScoreTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void It_is_the_reference_implementations()
    {
        var golden = Golden.Load("metrics", "metrics_a_io.safetensors");
        var probabilities = golden["logits"].to(ScalarType.Float64).softmax(1);
        var ten = InceptionScore.Of(probabilities, 10);
        Near(golden["expected_is_mean_10splits"], ten.Mean);
        Near(golden["expected_is_std_10splits"], ten.StandardDeviation);
        Near(golden["expected_is_mean_1split"], InceptionScore.Of(probabilities, 1).Mean);
    }

    [Fact]
    public void Certain_predictions_of_all_classes_score_their_number()
    {
        var certain = eye(7).repeat(10, 1);                                                   // (70, 7): every part has every class
        Assert.Equal(7, InceptionScore.Of(certain, 10).Mean, 1e-12);
        Assert.Equal(0, InceptionScore.Of(certain, 10).StandardDeviation, 1e-12);
        Assert.Equal(1, InceptionScore.Of(ones(20, 5) / 5, 2).Mean, 1e-6);
        Assert.Equal(1, InceptionScore.Of(eye(7), 7).Mean, 1e-12);                            // parts of one image
    }

    [Fact]
    public void There_must_be_an_image_for_every_part() => Assert.Throws<ArgumentException>(() => InceptionScore.Of(ones(3, 5) / 5, 4));

    public void Dispose() => _scope.Dispose();

    private static void Near(Tensor expected, double actual) => Assert.Equal(expected.item<double>(), actual, 1e-9 * expected.item<double>());
}
