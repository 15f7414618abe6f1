using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

public class LossByTimeTests
{
    [Fact]
    public void Every_image_counts_in_its_eighth_and_what_was_taken_is_gone()
    {
        using var scope = NewDisposeScope();
        using var losses = new LossByTime(CPU);
        Add(losses, [0, 0.124f, 0.5f, 1], [1, 3, 5, 7]);
        Assert.Equal(4, losses.StepMean(), 1e-12);
        losses.Commit();
        Add(losses, [0.13f, 0.51f], [2, 6]);
        Assert.Equal(4, losses.StepMean(), 1e-12);
        losses.Commit();
        Assert.Equal([2, 2, null, null, 5.5, null, null, 7], losses.Take());
        Assert.All(losses.Take(), loss => Assert.Null(loss));
    }

    [Fact]
    public void A_step_in_parts_is_one_step_and_one_that_is_not_committed_leaves_nothing()
    {
        using var scope = NewDisposeScope();
        using var losses = new LossByTime(CPU);
        Add(losses, [0.1f, 0.3f], [float.NaN, 1]);
        Assert.Equal(double.NaN, losses.StepMean());
        losses.Begin();
        AddPart(losses, [0.1f], [1]);
        AddPart(losses, [0.1f, 0.9f], [2, 6]);
        Assert.Equal(3, losses.StepMean(), 1e-12);
        losses.Commit();
        Assert.Equal([1.5, null, null, null, null, null, null, 6], losses.Take());
    }

    [Fact]
    public void Tensors_stay_flat()
    {
        using var losses = new LossByTime(CPU);
        LiveTensors.StayFlat(3, () =>
        {
            using var scope = NewDisposeScope();
            Add(losses, [0.1f], [1]);
            losses.StepMean();
            losses.Commit();
            losses.Take();
        });
    }

    private static void Add(LossByTime losses, float[] time, float[] loss)
    {
        losses.Begin();
        AddPart(losses, time, loss);
    }

    private static void AddPart(LossByTime losses, float[] time, float[] loss) => losses.Add(tensor(loss), tensor(time));
}
