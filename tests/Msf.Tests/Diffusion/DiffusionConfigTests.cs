using Msf.Diffusion;

namespace Msf.Tests.Diffusion;

public class DiffusionConfigTests
{
    [Fact]
    public void The_default_is_the_design_and_valid()
    {
        var config = new DiffusionConfig();
        Assert.Empty(config.Validate());
        Assert.Equal((PathKind.Linear, PredictionKind.Velocity), (config.Path, config.Prediction));
        Assert.Equal(new TimeDistribution(), config.Time);
        Assert.Equal(new TimeDistribution { Mean = 1.5, StandardDeviation = 1 }, config.ConditionTime);
        Assert.Equal(LossWeightingKind.Uniform, config.Weighting.Kind);
        Assert.Equal((true, 0.975, 0.1), (config.NoiseCondition, config.SamplingConditionTime, config.LabelDropout));
    }

    [Fact]
    public void All_errors_are_reported_at_once_and_name_their_member()
    {
        var errors = new DiffusionConfig
        {
            Path = (PathKind)8,
            Prediction = (PredictionKind)8,
            Time = new TimeDistribution { Shift = 0 },
            ConditionTime = new TimeDistribution { StandardDeviation = -1 },
            SamplingConditionTime = 0,
            LabelDropout = double.NaN,
            Weighting = new LossWeighting { Kind = (LossWeightingKind)8, MinSnrGamma = 0 },
        }.Validate();
        Assert.Collection(
            errors,
            error => Assert.StartsWith("path is 8", error),
            error => Assert.StartsWith("prediction is 8", error),
            error => Assert.StartsWith("time: shift is 0", error),
            error => Assert.StartsWith("conditionTime: standardDeviation is -1", error),
            error => Assert.StartsWith("samplingConditionTime is 0", error),
            error => Assert.StartsWith("labelDropout is NaN", error),
            error => Assert.StartsWith("weighting: kind is 8", error),
            error => Assert.StartsWith("weighting: minSnrGamma is 0", error));
    }
}
