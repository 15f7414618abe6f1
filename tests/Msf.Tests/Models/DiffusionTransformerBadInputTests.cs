using Msf.Models;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>What does not fit is refused in one line before it reaches native code.</summary>
public sealed class DiffusionTransformerBadInputTests
{
    private static readonly TransformerConfig _base = RandomNetworks.Transformer;
    private static readonly TransformerConfig _conditioned = _base with { ConditionChannels = 3 };

    [Theory]
    [InlineData(new long[] { 2, 4, 4, 6 }, "x is (2, 4, 4, 6), expected (?, 3, ?, ?)")]
    [InlineData(new long[] { 2, 3, 5, 4 }, "x is (2, 3, 5, 4): height and width must be multiples of the patch size 2")]
    [InlineData(new long[] { 3, 4, 6 }, "x is (3, 4, 6), expected (?, 3, ?, ?)")]
    [InlineData(new long[] { }, "x is (), expected (?, 3, ?, ?)")]
    public void A_component_of_another_shape_is_refused(long[] shape, string message)
    {
        using var scope = NewDisposeScope();
        using var network = new DiffusionTransformer(_base);
        Refused(message, () => network.Forward(zeros(shape), zeros(2), zeros(2, ScalarType.Int64)));
    }

    [Fact]
    public void Times_labels_and_conditions_must_be_as_many_as_images()
    {
        using var scope = NewDisposeScope();
        using var network = new DiffusionTransformer(_conditioned);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_conditioned, 2);
        Refused("t is (3), expected (2)", () => network.Forward(x, zeros(3), labels, condition, conditionTime));
        Refused("t is (2, 1), expected (2)", () => network.Forward(x, zeros(2, 1), labels, condition, conditionTime));
        Refused("labels is (1), expected (2)", () => network.Forward(x, t, labels.narrow(0, 0, 1), condition, conditionTime));
        Refused("condition is (1, 3, 4, 6)", () => network.Forward(x, t, labels, condition!.narrow(0, 0, 1), conditionTime));
        Refused("condition is (2, 3, 2, 3)", () => network.Forward(x, t, labels, zeros(2, 3, 2, 3), conditionTime));
        Refused("conditionTime is (1), expected (2)", () => network.Forward(x, t, labels, condition, conditionTime!.narrow(0, 0, 1)));
    }

    [Fact]
    public void A_condition_is_required_where_the_network_takes_one()
    {
        using var scope = NewDisposeScope();
        using var network = new DiffusionTransformer(_conditioned);
        var (x, t, labels, condition, conditionTime) = RandomNetworks.Inputs(_conditioned, 2);
        Refused("needs a condition and its noise level", () => network.Forward(x, t, labels));
        Refused("needs a condition and its noise level", () => network.Forward(x, t, labels, condition));
        Refused("needs a condition and its noise level", () => network.Forward(x, t, labels, conditionTime: conditionTime));
    }

    [Fact]
    public void A_condition_is_refused_where_the_network_takes_none()
    {
        using var scope = NewDisposeScope();
        using var network = new DiffusionTransformer(_base);
        var (x, t, labels, _, _) = RandomNetworks.Inputs(_base, 2);
        Refused("takes no condition", () => network.Forward(x, t, labels, x, t));
        Refused("takes no condition", () => network.Forward(x, t, labels, x));
        Refused("takes no condition", () => network.Forward(x, t, labels, conditionTime: t));
    }

    [Fact]
    public void Augmentation_labels_must_be_those_that_the_network_takes()
    {
        using var scope = NewDisposeScope();
        using var network = new DiffusionTransformer(_base);
        using var told = new DiffusionTransformer(_base with { AugmentationLabels = 9 });
        var (x, t, labels, _, _) = RandomNetworks.Inputs(_base, 2);
        Refused("takes no augmentation labels", () => network.Forward(x, t, labels, null, null, zeros(2, 9)));
        Refused("augmentation is (2, 8), expected (2, 9)", () => told.Forward(x, t, labels, null, null, zeros(2, 8)));
        Refused("augmentation is (1, 9), expected (2, 9)", () => told.Forward(x, t, labels, null, null, zeros(1, 9)));
        Assert.Contains("augmentationLabels is -1", Assert.Single((_base with { AugmentationLabels = -1 }).Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_of_a_configuration_are_told_at_once()
    {
        var config = _base with { InputSize = [5, 6], Width = 30, Depth = 0, Classes = 0, MlpRatio = 0, TimeScale = double.NaN, ConditionChannels = -1 };
        var errors = config.Validate();
        Assert.Equal(7, errors.Count);
        Assert.All(errors, error => Assert.DoesNotContain('\n', error));
        var thrown = Assert.Throws<ArgumentException>(() => new DiffusionTransformer(config));
        Assert.All(errors, error => Assert.Contains(error, thrown.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 3)]
    [InlineData(6, 2)]
    [InlineData(2, 1)]
    public void A_width_must_be_a_multiple_of_four_and_of_the_heads(int width, int heads) =>
        Assert.Contains($"width {width} with {heads} heads", Assert.Single((_base with { Width = width, Heads = heads }).Validate()), StringComparison.Ordinal);

    private static void Refused(string message, Func<Tensor> forward) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => { forward(); }).Message, StringComparison.Ordinal);
}
