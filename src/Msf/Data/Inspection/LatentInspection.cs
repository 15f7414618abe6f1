namespace Msf.Data;

/// <summary>Looks at every latent of a cache before hours of training depend on it.</summary>
public static class LatentInspection
{
    /// <summary>Reads every latent, mirrored ones too, and compares every shard with its digest. What is damaged is listed, not thrown.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="progress">Told the number of latents read, now and then.</param>
    /// <param name="cancellation">Stops the inspection.</param>
    /// <returns>Images that were left out come first among the broken, then damaged latents, then damaged shards.</returns>
    /// <exception cref="OperationCanceledException">The inspection was stopped.</exception>
    public static InspectionReport Inspect(LatentCache cache, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var plan = cache.Index.Plan;
        var broken = new List<BrokenImage>(cache.Index.Broken);
        var values = new float[plan.Planes * plan.Side * plan.Side];
        var kept = values.AsSpan(0, plan.Autoencoder.LatentChannels * plan.Side * plan.Side);
        var (sum, squares, count) = (0.0, 0.0, 0L);
        for (var i = 0; i < cache.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                for (var view = plan.Views - 1; view >= 0; view--) cache.Read(i, view == 1, values);
                foreach (var value in kept)
                {
                    var scaled = (value - plan.Autoencoder.Shift) * plan.Autoencoder.Scale;
                    (sum, squares) = (sum + scaled, squares + scaled * scaled);
                }
                count += kept.Length;
            }
            catch (InvalidDataException e)
            {
                broken.Add(new BrokenImage(cache.NameAt(i), e.Message));
            }
            if ((i + 1) % 256 == 0 || i + 1 == cache.Count) progress?.Report(i + 1);
        }
        broken.AddRange(cache.Verify(cancellation));
        var (size, mean) = (new SizeRange(plan.ImageSize, plan.ImageSize), sum / Math.Max(1, count));
        return new InspectionReport(cache.Name, cache.Count, cache.Classes, size, size, broken)
        {
            Latents = new LatentSummary(
                plan.AutoencoderName, plan.AutoencoderIdentity, [plan.Autoencoder.LatentChannels, plan.Side, plan.Side], plan.Distribution, plan.Flips, plan.Shards, mean,
                Math.Sqrt(Math.Max(0, squares / Math.Max(1, count) - mean * mean))),
        };
    }
}
