using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

public sealed class ReservoirTests
{
    [Fact]
    public void All_are_kept_in_order_as_long_as_there_is_room()
    {
        var reservoir = new Reservoir(10, seed: 1);
        Assert.Equal([0, 1, 2], reservoir.Take(3).Places);
        Assert.Equal([3, 4, 5, 6, 7, 8, 9], reservoir.Take(7).Places);
        Assert.Equal(10, reservoir.Kept);
    }

    [Fact]
    public void What_is_kept_does_not_depend_on_batches_but_on_the_seed()
    {
        Assert.Equal(Keep(200, 12, [200], 3), Keep(200, 12, [50, 1, 149], 3));
        Assert.NotEqual(Keep(200, 12, [200], 3), Keep(200, 12, [200], 4));
    }

    [Fact]
    public void Every_row_has_the_same_chance()
    {
        var kept = new int[40];
        for (var seed = 0; seed < 4000; seed++)
            foreach (var row in Keep(40, 10, [40], seed)) kept[row]++;
        Assert.All(kept, count => Assert.InRange(count, 1000 - 140, 1000 + 140));              // five standard deviations
    }

    [Fact]
    public void Nothing_is_kept_where_there_is_no_room() => Assert.Empty(new Reservoir(0, 0).Take(5).Rows);

    private static long[] Keep(int count, int capacity, int[] batches, long seed)
    {
        var reservoir = new Reservoir(capacity, seed);
        var kept = new long[Math.Min(count, capacity)];
        long first = 0;
        foreach (var size in batches)
        {
            var (rows, places) = reservoir.Take(size);
            foreach (var (row, place) in rows.Zip(places)) kept[place] = first + row;
            first += size;
        }
        return kept;
    }
}
