using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class TorchScriptFeaturesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("cifar10_resnet56_features.pt", 64, 10)]
    [InlineData("mobilenet_v2_imagenet_features.pt", 1280, 1000)]
    public void A_network_gives_features_and_probabilities_again_and_again(string file, int width, int classes)
    {
        using var network = TorchScriptFeatures.Load(SharedFiles.Require("data", "weights", file));
        Assert.Equal((file, width, classes, 64), (network.Name, network.Width, network.Classes, network.Digest.Length));
        var images = (linspace(0, 40, 3 * 3 * 32 * 32).view(3, 3, 32, 32).sin() * 127 + 128).to(ScalarType.Byte);
        var (first, probabilities) = (network.Features(images), network.Probabilities(images));
        Assert.Equal([3, width], first.shape);
        Assert.Equal([3, classes], probabilities.shape);
        for (var i = 0; i < 3; i++) Assert.True(TensorAssert.Identical(first, network.Features(images)));  // TorchScript rewrites itself in its first calls
        TensorAssert.Close(first.narrow(0, 1, 1), network.Features(images.narrow(0, 1, 1)), 1e-4);
        LiveTensors.StayFlat(3, () => network.Features(images).Dispose());
    }

    [Fact]
    public void What_is_no_network_is_refused_in_one_line()
    {
        File.WriteAllText(_folder["x.pt"], "nothing");
        Refused<InvalidDataException>("no TorchScript file", _folder["x.pt"]);
        Refused<FileNotFoundException>("no feature network", _folder["y.pt"]);
        Refused<InvalidDataException>("no TorchScript file", SharedFiles.Require("golden", "dit", "dit_a.pt"));   // weights, no program
    }

    [Fact]
    public void A_network_with_other_inputs_or_outputs_is_refused_in_one_line()
    {
        const string signature = "x: Tensor, f: bool=False) -> Tensor";
        Refused<InvalidDataException>("forward(images, True) fails", Script("x: Tensor) -> Tensor", "return x"));
        Refused<InvalidDataException>("features are (2, 3, 32, 32), expected (2, D)", Script(signature, "return x"));
        Refused<InvalidDataException>("not finite", Script(signature, "return torch.div(torch.mean(x, [2, 3], False, dtype=6), 0)"));
        Refused<InvalidDataException>("gives no tensor", Script("x: Tensor, f: bool=False) -> int", "return 1"));
        Refused<InvalidDataException>("do not add up to 1", Script(signature, "return torch.mean(x, [2, 3], False, dtype=6)"));
    }

    [Fact]
    public void Images_must_be_bytes()
    {
        using var network = TorchScriptFeatures.Load(SharedFiles.Require("data", "weights", "cifar10_resnet56_features.pt"));
        Assert.Throws<ArgumentException>(() => network.Features(zeros(1, 3, 32, 32)));
        Assert.Throws<ArgumentException>(() => network.Features(zeros([1, 1, 32, 32], ScalarType.Byte)));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    private string Script(string signature, string body)
    {
        var path = _folder[$"{Guid.NewGuid():N}.pt"];
        ScriptFiles.Write(path, signature, body);
        return path;
    }

    private static void Refused<T>(string why, string file) where T : Exception
    {
        var message = Assert.Throws<T>(() => TorchScriptFeatures.Load(file)).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
