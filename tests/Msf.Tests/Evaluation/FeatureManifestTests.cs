using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class FeatureManifestTests : IDisposable
{
    private const string Mean = "torch.mean(x, [2, 3], False, dtype=6)";

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_network_of_floats_gets_them_in_its_range()
    {
        using var network = Load(
            "x: Tensor) -> Tensor", $"return {Mean}", """{ "input": { "type": "floats", "range": [0, 1], "mean": [0.5, 0.25, 0], "standardDeviation": [0.5, 1, 2] }, "features": {} }""");
        Assert.Equal((3, 0, 0, "by the network"), (network.Width, network.Classes, network.SpatialWidth, network.Resizing));
        TensorAssert.Close(tensor(new[,] { { 1f, 0.75f, 0.5f } }), network.Features(full([1, 3, 5, 4], 255, ScalarType.Byte)), 1e-6);
        Assert.Throws<NotSupportedException>(() => network.Probabilities(zeros([1, 3, 4, 4], ScalarType.Byte)));
        Assert.Throws<NotSupportedException>(() => network.Spatial(zeros([1, 3, 4, 4], ScalarType.Byte)));
    }

    [Theory]
    [InlineData("floats", "bilinear, antialiased, to 8 px")]
    [InlineData("bytes", "bilinear, antialiased, to 8 px, rounded")]
    public void Images_are_resized_for_a_network_of_one_size(string type, string resizing)
    {
        using var network = Load("x: Tensor) -> Tensor", "return torch.flatten(x, 1)", $$"""{ "input": { "type": "{{type}}", "size": 8, "resize": "bilinear" }, "features": {} }""");
        Assert.Equal((192, resizing), (network.Width, network.Resizing));
        var images = randint(0, 256, [2, 3, 20, 13], ScalarType.Byte);
        var expected = AntialiasedResize.Square(images, 8, ResizeMode.Bilinear).flatten(1);
        TensorAssert.Close(type == "bytes" ? expected.round() : expected, network.Features(images), 1e-4);
    }

    [Fact]
    public void Several_results_of_one_call_are_told_apart()
    {
        using var network = Load(
            "x: Tensor) -> Tuple[Tensor, Tensor]", $"return ({Mean}, torch.mul(x, 2.0))",
            """{ "input": { "type": "floats" }, "features": { "index": 0 }, "logits": { "index": 0 }, "spatial": { "index": 1, "channels": 2 }, "classes": ["red", "green", "blue"] }""");
        Assert.Equal((3, 3), (network.Width, network.Classes));
        Assert.Equal(["red", "green", "blue"], network.ClassNames);
        Assert.Equal(2 * 32 * 32, network.SpatialWidth);
        var images = zeros([1, 3, 32, 32], ScalarType.Byte);
        images[0, 1] = 9;
        var all = network.Extract(images, probabilities: true, spatial: true);
        TensorAssert.Close(tensor(new[,] { { 0f, 9, 0 } }), all.Features, 1e-6);
        TensorAssert.Close(tensor(new[,] { { 0f, 9, 0 } }).softmax(1), all.Probabilities!, 1e-6);
        TensorAssert.Close(cat([zeros(1, 1024), full([1, 1024], 18f)], dim: 1), all.Spatial!, 1e-6);
        Assert.True(TensorAssert.Identical(all.Spatial!, network.Spatial(images)));
        Assert.Null(network.Extract(images, probabilities: false, spatial: false).Spatial);
        LiveTensors.StayFlat(3, () =>
        {
            using var scope = NewDisposeScope();
            network.Extract(images, probabilities: true, spatial: true);
        });
    }

    [Fact]
    public void The_same_file_by_another_manifest_is_another_network()
    {
        using var one = Load("x: Tensor) -> Tensor", $"return {Mean}", """{ "input": { "type": "floats" }, "features": {} }""");
        using var other = Load("x: Tensor) -> Tensor", $"return {Mean}", """{ "input": { "type": "floats", "range": [0, 1] }, "features": {} }""");
        Assert.NotEqual(one.Digest, other.Digest);
        Assert.Equal(64, one.Digest.Length);
    }

    [Theory]
    [InlineData("""{ "features": { "index": 2 } }""", "gives no tensor at index 2")]
    [InlineData("""{ "features": {} }""", "say which by index")]
    [InlineData("""{ "features": { "index": 0 }, "probabilities": { "index": 0 } }""", "do not add up to 1")]
    [InlineData("""{ "features": { "index": 0 }, "logits": { "index": 0 }, "classes": ["a"] }""", "names 1 classes, it tells 3")]
    [InlineData("""{ "features": { "index": 0, "arguments": [true] } }""", "forward(images, True) fails")]
    public void A_manifest_that_does_not_fit_is_refused_in_one_line(string manifest, string why) =>
        Refused(() => Load("x: Tensor) -> Tuple[Tensor, Tensor]", $"return ({Mean}, x)", manifest), why);

    [Theory]
    [InlineData("""{ }""", "lacks features")]
    [InlineData("""{ "features": {}, "depth": 1 }""", "no member depth")]
    [InlineData("""{ "features": {}, "input": { "size": 0 } }""", "input.size is 0")]
    [InlineData("""{ "features": {}, "input": { "range": [1, 1], "type": "floats" } }""", "two different numbers")]
    [InlineData("""{ "features": {}, "input": { "mean": [1, 2, 3] } }""", "set input.type to floats")]
    [InlineData("""{ "features": {}, "input": { "type": "floats", "standardDeviation": [1, 0, 1] } }""", "above 0")]
    [InlineData("""{ "features": { "channels": 3 } }""", "of spatial features alone")]
    [InlineData("""{ "features": {}, "logits": {}, "probabilities": {} }""", "give one of them")]
    [InlineData("""{ "features": {}, "spatial": { "index": -1 } }""", "spatial.index is -1")]
    [InlineData("""{ "features": {}, "classes": ["a", "a"] }""", "a name twice")]
    public void A_broken_manifest_is_refused_in_one_line(string manifest, string why)
    {
        File.WriteAllText(_folder["x.json"], manifest);
        Refused(() => FeatureManifest.Read(_folder["x.json"]), why);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private static void Refused(Action read, string why)
    {
        var message = Assert.Throws<InvalidDataException>(read).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private TorchScriptFeatures Load(string signature, string body, string manifest)
    {
        var path = _folder[$"{Guid.NewGuid():N}.pt"];
        ScriptFiles.Write(path, signature, body);
        File.WriteAllText(FeatureManifest.PathOf(path), manifest);
        return TorchScriptFeatures.Load(path);
    }
}
