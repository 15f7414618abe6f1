using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

public sealed class LabelSequenceTests
{
    [Fact]
    public void Shares_follow_the_data_at_any_length()
    {
        long[] counts = [500, 300, 0, 200];
        var labels = LabelSequence.Proportional(counts, 997);
        for (var n = 1; n <= labels.Length; n++)
            for (var k = 0; k < counts.Length; k++)
                Assert.InRange(labels.Take(n).Count(label => label == k), n * counts[k] / 1000.0 - 1.001, n * counts[k] / 1000.0 + 1.001);
        Assert.Equal(labels.Take(50), LabelSequence.Proportional(counts, 50));
    }

    [Fact]
    public void Classes_without_images_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LabelSequence.Proportional([0, 0], 3));
        Assert.Throws<ArgumentException>(() => LabelSequence.Proportional([4, -1], 3));
    }
}
