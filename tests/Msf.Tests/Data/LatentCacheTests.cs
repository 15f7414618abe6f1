using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class LatentCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(AutoencoderKind.Tiny, 0)]
    [InlineData(AutoencoderKind.Tiny, 2)]
    [InlineData(AutoencoderKind.Kl, 0)]
    public void Batches_from_the_cache_are_those_that_the_autoencoder_makes_of_the_images(AutoencoderKind kind, int threads)
    {
        Make(kind);
        using var scope = NewDisposeScope();
        var options = new LoaderOptions { Seed = 7, HorizontalFlip = true, Threads = threads };
        using var cache = LatentCache.Open(_folder["cache"]);
        using var source = new SyntheticImageSource(16, 32);
        using var autoencoder = AutoencoderFolder.Load(_folder["autoencoder"]);
        using var cached = new LatentBatches(cache, options) { Position = 20 };
        using var encoded = new EncodedBatches(new ImageBatches(source, 16, options), autoencoder, CPU, options.Seed) { Position = 20 };
        Assert.Equal(encoded.Shape, cached.Shape);
        for (var i = 0; i < 3; i++)                                                           // over the end of an epoch
        {
            var (actual, expected) = (cached.Next(7, TestContext.Current.CancellationToken), encoded.Next(7, TestContext.Current.CancellationToken));
            Assert.True(TensorAssert.Identical(expected.Labels, actual.Labels));
            TensorAssert.Close(expected.Images, actual.Images, relative: 2e-3);
            Assert.Equal(encoded.Position, cached.Position);
        }
        TensorAssert.Close(encoded.At([3, 30]).Images, cached.At([3, 30]).Images, relative: 2e-3);
    }

    [Fact]
    public void Scale_and_shift_are_applied_when_latents_are_read()
    {
        Make(AutoencoderKind.Kl);                                                             // scale 0.5, shift 0.25
        using var scope = NewDisposeScope();
        using var cache = LatentCache.Open(_folder["cache"]);
        using var batches = new LatentBatches(cache);
        using var autoencoder = AutoencoderFolder.Load(_folder["autoencoder"]);
        using var source = new SyntheticImageSource(16, 32);
        using var images = new ImageBatches(source, 16);
        var latents = autoencoder.Encode(images.At([5]).Images);
        var difference = batches.At([5]).Images - autoencoder.Config.Normalize(latents.Mean);
        Assert.True((difference.abs() <= 5 * 0.5 * (latents.LogVariance! * 0.5).exp() + 1e-2).all().item<bool>());    // within five deviations
        Assert.False(difference.abs().max().item<float>() == 0);
    }

    [Fact]
    public void Classes_can_be_chosen_and_put_in_another_order()
    {
        Make(AutoencoderKind.Tiny);
        using var whole = LatentCache.Open(_folder["cache"]);
        string[] wanted = [whole.Classes[2].Name, whole.Classes[0].Name];
        using var part = LatentCache.Open(_folder["cache"], wanted);
        Assert.Equal(wanted, part.Classes.Select(known => known.Name));
        Assert.Equal([whole.Classes[2].Count, whole.Classes[0].Count], part.Classes.Select(known => known.Count));
        Assert.Equal(
            Enumerable.Range(0, whole.Count).Where(i => whole.LabelAt(i) is 0 or 2).Select(i => (whole.NameAt(i), whole.LabelAt(i) == 2 ? 0 : 1)),
            Enumerable.Range(0, part.Count).Select(i => (part.NameAt(i), part.LabelAt(i))));
        Assert.Throws<ArgumentException>(() => LatentCache.Open(_folder["cache"], ["nothing"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => part.LabelAt(part.Count));
    }

    [Fact]
    public void A_flipped_bit_in_a_latent_is_a_broken_example_that_the_next_one_replaces()
    {
        Make(AutoencoderKind.Tiny);
        Damage("latents-00000-of-00004.safetensors", bytes => bytes[^1] ^= 0);                // as it was: nothing is broken
        var record = Shard("latents-00000-of-00004.safetensors", out var start);
        Damage("latents-00000-of-00004.safetensors", bytes => bytes[start + 2 * record * 3 + 5] ^= 4);
        using var scope = NewDisposeScope();
        using var cache = LatentCache.Open(_folder["cache"]);
        var met = new List<BrokenImage>();
        using var batches = new LatentBatches(cache, new LoaderOptions { MaxBroken = 0.1 }, met.Add);
        var labels = batches.At([2, 3, 4]).Labels;
        Assert.Equal([cache.LabelAt(2), cache.LabelAt(4), cache.LabelAt(4)], labels.data<long>().Select(label => (int)label));
        Assert.Equal((cache.NameAt(3), true), (Assert.Single(met).Name, met[0].Why.Contains("checksum", StringComparison.Ordinal)));
        using var strict = new LatentBatches(cache, new LoaderOptions { MaxBroken = 0 });
        Assert.Throws<InvalidDataException>(() => strict.At([3]));
        Assert.Equal("latents-00000-of-00004.safetensors", Assert.Single(cache.Verify(TestContext.Current.CancellationToken)).Name);
    }

    [Fact]
    public void A_cache_with_a_missing_foreign_or_cut_file_is_refused_in_one_line()
    {
        Make(AutoencoderKind.Tiny);
        var shard = _folder["cache/latents-00002-of-00004.safetensors"];
        var good = File.ReadAllBytes(shard);
        void Refused(string why)
        {
            var message = Assert.Throws<InvalidDataException>(() => LatentCache.Open(_folder["cache"])).Message;
            Assert.Contains(why, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
        File.Delete(shard);
        Refused("msf encode");
        File.WriteAllBytes(shard, good[..200]);
        Refused("not a usable safetensors file");
        LatentCaches.Encode(LatentCaches.Autoencoder(_folder["other"], SmallAutoencoders.Tiny, seed: 3), _folder["foreign"]);
        File.Copy(_folder["foreign/latents-00002-of-00004.safetensors"], shard, overwrite: true);
        Refused("another latent cache");
        File.WriteAllBytes(shard, good);
        var index = File.ReadAllText(_folder["cache/index.json"]);
        File.WriteAllText(_folder["cache/index.json"], index.Replace("\"imageSize\": 16", "\"imageSize\": 24", StringComparison.Ordinal));
        Refused("not as it was written");
        File.Delete(_folder["cache/index.json"]);
        Refused("not finished");
    }

    [Fact]
    public void What_a_cache_cannot_give_is_refused()
    {
        LatentCaches.Encode(LatentCaches.Autoencoder(_folder["autoencoder"], SmallAutoencoders.Tiny), _folder["cache"], change: options => options with { Flips = false });
        using var cache = LatentCache.Open(_folder["cache"]);
        Assert.Contains("no-flips", Assert.Throws<ArgumentException>(() => new LatentBatches(cache, new LoaderOptions { HorizontalFlip = true })).Message, StringComparison.Ordinal);
        var augmentation = new AugmentationConfig { ColorJitter = new ColorJitterConfig { Hue = 0.1 } };
        Assert.Contains("data.augmentation", Assert.Throws<ArgumentException>(() => new LatentBatches(cache, new LoaderOptions { Augmentation = augmentation })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => cache.Read(0, flipped: true, new float[6 * 4]));
        using var batches = new LatentBatches(cache);
        Assert.Throws<ArgumentException>(() => batches.At([]));
        Assert.Throws<ArgumentException>(() => batches.At([32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => batches.Position = -1);
    }

    [Fact]
    public void Images_and_latents_are_told_apart()
    {
        Make(AutoencoderKind.Tiny);
        using (var set = DataSets.Open(_folder["cache"])) Assert.IsType<LatentCache>(set);
        using (var set = DataSets.Open("synthetic:shapes?size=8&count=4")) Assert.IsAssignableFrom<IImageSource>(set);
        Assert.Contains("is a latent cache", Assert.Throws<InvalidDataException>(() => ImageSources.Open(_folder["cache"])).Message, StringComparison.Ordinal);
        Assert.Contains("no latent cache", Assert.Throws<InvalidDataException>(() => LatentCache.Open(_folder["autoencoder"])).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Make(AutoencoderKind kind) => LatentCaches.Encode(LatentCaches.Autoencoder(_folder["autoencoder"], SmallAutoencoders.Of(kind)), _folder["cache"]);

    private void Damage(string shard, Action<byte[]> change)
    {
        var path = Path.Combine(_folder["cache"], shard);
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }

    // Bytes of a record, and where the first one lies in the file.
    private int Shard(string shard, out int start)
    {
        var path = Path.Combine(_folder["cache"], shard);
        using var file = SafetensorsFile.Open(path);
        var end = file.Tensors.Values.Max(info => info.End);
        start = (int)(new FileInfo(path).Length - end + file.Tensors["latents"].Begin);
        return (int)(file.Tensors["latents"].ByteLength / 20);
    }
}
