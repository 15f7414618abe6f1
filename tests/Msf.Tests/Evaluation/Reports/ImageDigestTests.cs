using Msf.Evaluation;

namespace Msf.Tests.Evaluation;

public sealed class ImageDigestTests
{
    private static readonly byte[] _levels = [.. Enumerable.Range(0, 6 * 12).Select(i => (byte)(37 * i))];

    [Fact]
    public void It_depends_on_images_and_labels_and_not_on_order_or_batches()
    {
        var whole = Of(([0, 1, 2, 3, 4, 5], [7, 7, 7, 8, 8, 8]));
        Assert.Matches("^[0-9a-f]{64}$", whole);
        Assert.Equal(whole, Of(([5, 4], [8, 8]), ([0], [7]), ([3, 2, 1], [8, 7, 7])));
        Assert.NotEqual(whole, Of(([0, 1, 2, 3, 4, 4], [7, 7, 7, 8, 8, 8])));
        Assert.NotEqual(whole, Of(([0, 1, 2, 3, 4, 5], [7, 7, 7, 8, 8, 7])));
        Assert.NotEqual(whole, Of(([0, 1, 2, 3, 4, 5], [])));
    }

    [Fact]
    public void It_goes_on_from_its_text()
    {
        var digest = new ImageDigest();
        digest.Add(Batch([0, 1]), [1, 1]);
        var other = new ImageDigest { Text = digest.Text };
        foreach (var each in new[] { digest, other }) each.Add(Batch([2]), [1]);
        Assert.Equal(digest.Text, other.Text);
        Assert.Equal(Of(([0, 1, 2], [1, 1, 1])), other.Text);
        Assert.Equal(new string('0', 64), new ImageDigest().Text);
    }

    private static string Of(params (int[] Images, int[] Labels)[] batches)
    {
        var digest = new ImageDigest();
        foreach (var (images, labels) in batches) digest.Add(Batch(images), labels);
        return digest.Text;
    }

    private static LevelBatch Batch(int[] images) => new(images, [.. images.SelectMany(i => _levels[(12 * i)..(12 * i + 12)])], images.Length, 2, 2);
}
