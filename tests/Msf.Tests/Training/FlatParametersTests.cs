using Msf.Models;
using Msf.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public class FlatParametersTests
{
    [Fact]
    public void Scattering_what_was_gathered_changes_nothing_and_covers_every_trained_weight_once()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        var parameters = new FlatParameters(network);
        var before = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        var vector = parameters.Gather();
        Assert.Equal(TransformerCost.Of(network.Config).Parameters, parameters.Length);
        Assert.Equal([parameters.Length], vector.shape);
        parameters.Scatter(zeros_like(vector));
        Assert.All(network.named_parameters().Where(p => p.parameter.requires_grad), p => Assert.Equal(0, p.parameter.abs().sum().item<float>()));
        parameters.Scatter(vector);
        Assert.All(network.state_dict(), pair => Assert.True(TensorAssert.Identical(pair.Value, before[pair.Key]), pair.Key));
    }

    [Fact]
    public void A_vector_is_cut_into_tensors_of_the_parameters_names_and_shapes()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        var parameters = new FlatParameters(network);
        var cut = parameters.Unflatten(parameters.Gather());
        Assert.Equal(parameters.Names.Order(), cut.Keys.Order());
        Assert.Equal(network.state_dict().Keys.Except(["pos_embed"]).Order(), cut.Keys.Order());
        Assert.All(network.named_parameters().Where(p => p.parameter.requires_grad), p => Assert.True(TensorAssert.Identical(p.parameter, cut[p.name]), p.name));
    }

    [Fact]
    public void Gradients_lie_in_the_order_of_the_weights_and_are_zero_where_there_are_none()
    {
        using var scope = NewDisposeScope();
        using var layers = nn.Sequential(("used", nn.Linear(2, 3)), ("unused", nn.Linear(3, 1)));
        var parameters = new FlatParameters(layers);
        (((TorchSharp.Modules.Linear)layers[0]).weight * 7).sum().backward();
        var gradients = parameters.Unflatten(parameters.GatherGradients());
        Assert.All(gradients, pair => Assert.Equal(
            pair.Key == "used.weight" ? 7 * 6 : 0, pair.Value.sum().item<float>()));
        parameters.ClearGradients();
        Assert.Equal(0, parameters.GatherGradients().abs().sum().item<float>());
    }

    [Fact]
    public void Weights_in_bfloat16_are_gathered_as_float32_and_scattered_rounded()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Linear(1, 1, hasBias: false);
        layer.to(ScalarType.BFloat16);
        var parameters = new FlatParameters(layer);
        parameters.Scatter(tensor(new[] { 1.001f }));
        Assert.Equal(ScalarType.BFloat16, layer.weight.dtype);
        var gathered = parameters.Gather();
        Assert.Equal(ScalarType.Float32, gathered.dtype);
        Assert.Equal(1f, gathered.item<float>());                                             // bfloat16 has steps of 1/128 above 1
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_vector_of_another_length_is_refused(int more)
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        var parameters = new FlatParameters(network);
        var vector = zeros(parameters.Length + more);
        Assert.Contains($"{parameters.Length}", Assert.Throws<ArgumentException>(() => parameters.Scatter(vector)).Message);
        Assert.Throws<ArgumentException>(() => parameters.Unflatten(vector));
    }

    private static DiffusionTransformer Network() => new(SmallRun.Config.Model.Transformer(1));
}
