using Msf.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Evaluation;

public sealed class NearestImagesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Copies_are_found_with_their_distances()
    {
        using var generator = new Generator(1);
        var data = randn([(int)DistanceBlocks.Side + 500, 6], ScalarType.Float32, generator: generator);
        long[] copied = [3, DistanceBlocks.Side + 499, 77];
        var samples = data.index_select(0, tensor(copied)).clone();
        samples[1, 0] += 0.001;
        var (places, distances) = NearestImages.Of(samples, data, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(copied, places);
        Assert.Equal([0, 0.001, 0], distances.Select(distance => Math.Round(distance, 6)));
    }

    [Fact]
    public void Every_neighbour_is_the_nearest()
    {
        using var generator = new Generator(4);
        var (data, samples) = (randint(0, 256, [300, 12], ScalarType.Byte, generator: generator), randint(0, 256, [90, 12], ScalarType.Byte, generator: generator));
        var (places, distances) = NearestImages.Of(samples, data, cancellation: TestContext.Current.CancellationToken);
        var all = cdist(samples.to(ScalarType.Float64), data.to(ScalarType.Float64));
        Assert.Equal(all.argmin(1).data<long>(), places);
        TensorAssert.Close(all.amin([1]), tensor(distances), 1e-9);
    }

    [Fact]
    public void None_is_compared_with_its_own_group()
    {
        using var generator = new Generator(5);
        var data = randn([(int)DistanceBlocks.Side + 40, 3], generator: generator);
        long[] groups = [.. Enumerable.Range(0, (int)data.shape[0]).Select(i => i % 1000L)];
        var (places, distances) = NearestImages.Of(data, data, tensor(groups), TestContext.Current.CancellationToken);
        var all = cdist(data.to(ScalarType.Float64), data.to(ScalarType.Float64));
        all.masked_fill_(tensor(groups).unsqueeze(1).eq(tensor(groups)), double.PositiveInfinity);
        Assert.Equal(all.argmin(1).data<long>(), places);
        TensorAssert.Close(all.amin([1]), tensor(distances), 1e-9);
        var two = data.narrow(0, 0, 2);
        Assert.Equal([double.PositiveInfinity, double.PositiveInfinity], NearestImages.Of(two, two, zeros([2], ScalarType.Int64), TestContext.Current.CancellationToken).Distances);
    }

    [Fact]
    public void Repeated_images_show_against_held_out_ones()
    {
        using var generator = new Generator(9);
        Tensor Draw(int count) => randn([count, 5], generator: generator);
        var data = Draw(800);
        var held = NearestImages.Of(Draw(800), data, cancellation: TestContext.Current.CancellationToken).Distances;
        NeighbourSpace Search(Tensor samples) => NeighbourSearch.Search(
            data, [.. Enumerable.Range(1000, 800).Select(i => (long)i)], samples, [.. Enumerable.Range(0, (int)samples.shape[0]).Select(i => (long)i)], held, 2, 10, TestContext.Current.CancellationToken);
        var fresh = Search(Draw(800));
        Assert.InRange(fresh.CloserThanHeldOut!.Value, 0.001, 0.03);
        Assert.InRange(fresh.Samples.Median / fresh.HeldOut!.Median, 0.9, 1.1);               // in the same unit
        var repeated = Search(data.narrow(0, 5, 100) + 1e-4);
        Assert.Equal(1, repeated.CloserThanHeldOut);
        Assert.All(repeated.Closest, pair => Assert.Equal(1005 + pair.Sample, pair.Image));
        Assert.InRange(repeated.Samples.Median, 1e-3, 4e-3);                                  // sqrt(5) 1e-4, in units of a tenth
        Assert.Equal((800, 100), (repeated.HeldOut!.Count, repeated.Samples.Count));
    }

    [Fact]
    public void Distances_are_summarised()
    {
        var summary = DistanceSummary.Of([.. Enumerable.Range(0, 101).Select(i => 100.0 - i)]);
        Assert.Equal(new DistanceSummary(101, 0, 1, 50, 50), summary);
        Assert.Equal(new DistanceSummary(1, 2, 2, 2, 2), DistanceSummary.Of([2]));
    }

    public void Dispose() => _scope.Dispose();
}
