using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Modules;

public sealed class GroupNormalizationTests
{
    [Fact]
    public void A_new_layer_brings_every_group_of_every_image_to_mean_0_and_deviation_1()
    {
        using var scope = NewDisposeScope();
        using var layer = new GroupNormalization(4, 12);
        var groups = layer.call(randn(3, 12, 5, 7) * 3 + 2).view(3, 4, -1);
        TensorAssert.Close(zeros(3, 4) + 1, groups.mean([2]) + 1, 1e-5);
        TensorAssert.Close(ones(3, 4), groups.std(2, unbiased: false), 1e-4);
        Assert.Equal(["bias", "weight"], layer.state_dict().Keys.Order());
    }

    [Fact]
    public void Layout_changes_neither_result_nor_gradient()
    {
        using var scope = NewDisposeScope();
        using var layer = new GroupNormalization(2, 8, 1e-6);
        var planes = randn(2, 8, 6, 6).requires_grad_();
        var last = planes.detach().permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).requires_grad_();
        var weights = randn(2, 8, 6, 6);
        foreach (var x in new[] { planes, last }) (layer.call(x) * weights).sum().backward();
        Assert.True(TensorAssert.Identical(layer.call(planes), layer.call(last)));
        TensorAssert.Close(planes.grad!, last.grad!, 1e-6);
        Assert.True(layer.call(last).is_contiguous());
    }
}
