using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Tests.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class LatentEncodingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _autoencoder;

    public LatentEncodingTests() => _autoencoder = LatentCaches.Autoencoder(_folder["autoencoder"], SmallAutoencoders.Tiny);

    [Theory]
    [InlineData(AutoencoderKind.Tiny)]
    [InlineData(AutoencoderKind.Kl)]
    [InlineData(AutoencoderKind.Pixels)]
    public void A_cache_holds_what_the_autoencoder_says_of_every_image_and_its_mirror(AutoencoderKind kind)
    {
        var path = LatentCaches.Autoencoder(_folder["other"], SmallAutoencoders.Of(kind));
        var result = LatentCaches.Encode(path, _folder["cache"]);
        Assert.Equal((32, 0, 4), (result.Encoded, result.MissingShards, result.Plan.Shards));

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var cache = LatentCache.Open(_folder["cache"]);
        using var autoencoder = AutoencoderFolder.Load(path);
        using var source = new SyntheticImageSource(16, 32);
        using var images = new ImageBatches(source, 16);
        Assert.Equal(source.Count, cache.Count);
        Assert.Equal(source.Classes, cache.Classes);
        var plan = cache.Index.Plan;
        foreach (var index in new[] { 0, 9, 10, 31 })
        {
            Assert.Equal((source.LabelAt(index), source.NameAt(index)), (cache.LabelAt(index), cache.NameAt(index)));
            Assert.Equal(System.Security.Cryptography.SHA256.HashData(source.Read(index).Pixels), cache.DigestAt(index));
            foreach (var flipped in new[] { false, true })
            {
                var image = images.At([index]).Images;
                var latents = autoencoder.Encode(flipped ? image.flip(3) : image);
                var expected = latents.LogVariance is { } logVariance ? cat([latents.Mean, (logVariance * 0.5).exp()], 1) : latents.Mean;
                var values = new float[plan.Planes * plan.Side * plan.Side];
                cache.Read(index, flipped, values);
                TensorAssert.Close(expected, tensor(values).view(expected.shape), relative: 1e-3);
            }
        }
    }

    [Fact]
    public void Parallel_writers_make_the_cache_that_one_makes_whoever_is_last()
    {
        LatentCaches.Encode(_autoencoder, _folder["one"]);
        foreach (var writer in new[] { 3, 1 })
        {
            var part = LatentCaches.Encode(_autoencoder, _folder["three"], change: options => options with { Writer = writer, Writers = 3 });
            Assert.Null(part.Index);
            Assert.Throws<InvalidDataException>(() => LatentCache.Open(_folder["three"]));
        }
        Assert.NotNull(LatentCaches.Encode(_autoencoder, _folder["three"], change: options => options with { Writer = 2, Writers = 3 }).Index);
        var (one, three) = (LatentCaches.Files(_folder["one"]), LatentCaches.Files(_folder["three"]));
        Assert.Equal(one.Keys.Order(), three.Keys.Order());
        Assert.All(one, file => Assert.Equal(file.Value, three[file.Key]));
    }

    [Fact]
    public void Writers_at_the_same_time_make_the_cache_that_one_makes()
    {
        LatentCaches.Encode(_autoencoder, _folder["one"]);
        var results = new LatentEncodingResult[4];
        var token = TestContext.Current.CancellationToken;
        var threads = Enumerable.Range(0, results.Length).Select(i => new Thread(() => results[i] = LatentEncoding.Run(
            new SyntheticImageSource(16, 32), _autoencoder, _folder["four"], new() { ShardImages = 10, BatchSize = 4, Writer = i + 1, Writers = results.Length }, cancellation: token))).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Contains(results, result => result.Index is not null);
        var (one, four) = (LatentCaches.Files(_folder["one"]), LatentCaches.Files(_folder["four"]));
        Assert.Equal(one.Keys.Order(), four.Keys.Order());
        Assert.All(one, file => Assert.Equal(file.Value, four[file.Key]));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(28)]
    public void An_interrupted_cache_goes_on_with_the_shard_that_was_not_finished(int images)
    {
        LatentCaches.Encode(_autoencoder, _folder["whole"]);
        using var stop = new CancellationTokenSource();
        var progress = new LatentCaches.Callback(now => { if (now.Images >= images) stop.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => LatentCaches.Encode(_autoencoder, _folder["cut"], progress: progress, cancellation: stop.Token));
        Assert.Throws<InvalidDataException>(() => LatentCache.Open(_folder["cut"]));
        File.WriteAllText(_folder["cut/.latents-00003-of-00004.safetensors.x.tmp"], "a file that is none of ours");
        Assert.Equal(32 - images / 10 * 10, LatentCaches.Encode(_autoencoder, _folder["cut"]).Encoded);
        File.Delete(_folder["cut/.latents-00003-of-00004.safetensors.x.tmp"]);
        var (whole, cut) = (LatentCaches.Files(_folder["whole"]), LatentCaches.Files(_folder["cut"]));
        Assert.Equal(whole.Keys.Order(), cut.Keys.Order());
        Assert.All(whole, file => Assert.Equal(file.Value, cut[file.Key]));
        Assert.Equal(0, LatentCaches.Encode(_autoencoder, _folder["cut"]).Encoded);
    }

    [Fact]
    public void A_damaged_shard_is_told_and_made_again()
    {
        LatentCaches.Encode(_autoencoder, _folder["cache"]);
        var expected = LatentCaches.Files(_folder["cache"]);
        var shard = _folder["cache/latents-00001-of-00004.safetensors"];
        File.WriteAllBytes(shard, expected[Path.GetFileName(shard)][..^7]);
        File.Delete(_folder["cache/index.json"]);
        var told = new List<string>();
        Assert.Equal(10, LatentCaches.Encode(_autoencoder, _folder["cache"], tell: told.Add).Encoded);
        Assert.EndsWith("it is made again.", Assert.Single(told));
        Assert.All(LatentCaches.Files(_folder["cache"]), file => Assert.Equal(expected[file.Key], file.Value));
    }

    [Fact]
    public void Broken_images_are_left_out_and_named()
    {
        var told = new List<string>();
        var result = LatentCaches.Encode(_autoencoder, _folder["cache"], ScriptedSource.WithBroken(32, 3, 10, 11), tell: told.Add);
        Assert.Equal(
            "3 images could not be encoded and are left out; after repairing them, delete their shards (latents-00000-of-00004.safetensors, latents-00001-of-00004.safetensors) and index.json and run msf encode again, which keeps the others.",
            Assert.Single(told));
        Assert.Equal(["image 3", "image 10", "image 11"], result.Index!.Broken.Select(image => image.Name));
        using var cache = LatentCache.Open(_folder["cache"]);
        Assert.Equal(29, cache.Count);
        Assert.Equal(["image 2", "image 4", "image 9", "image 12"], new[] { 2, 3, 8, 9 }.Select(cache.NameAt));
        Assert.Equal(29, cache.Classes.Sum(known => known.Count));
    }

    [Fact]
    public void A_set_without_a_readable_image_is_refused() => Assert.Contains(
        "no image that can be", Assert.Throws<InvalidDataException>(() => LatentCaches.Encode(
            _autoencoder, _folder["cache"], ScriptedSource.WithBroken(5, 0, 1, 2, 3, 4), options => options with { ImageSize = 16 })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("the image size was 16 and is now 24", 24, true, 10)]
    [InlineData("mirrored images was yes and is now no", 16, false, 10)]
    [InlineData("images of a shard was 10 and is now 11", 16, true, 11)]
    public void A_cache_of_something_else_is_left_alone(string difference, int size, bool flips, int shardImages)
    {
        LatentCaches.Encode(_autoencoder, _folder["cache"]);
        var before = LatentCaches.Files(_folder["cache"]);
        var error = Assert.Throws<InvalidDataException>(() => LatentCaches.Encode(
            _autoencoder, _folder["cache"], change: options => options with { ImageSize = size, Flips = flips, ShardImages = shardImages }));
        Assert.Contains(difference, error.Message, StringComparison.Ordinal);
        Assert.All(LatentCaches.Files(_folder["cache"]), file => Assert.Equal(before[file.Key], file.Value));
    }

    [Fact]
    public void Another_autoencoder_and_another_set_are_something_else()
    {
        LatentCaches.Encode(_autoencoder, _folder["cache"]);
        var other = LatentCaches.Autoencoder(_folder["other"], SmallAutoencoders.Tiny, seed: 2);
        Assert.Contains("the autoencoder was small", Assert.Throws<InvalidDataException>(() => LatentCaches.Encode(other, _folder["cache"])).Message, StringComparison.Ordinal);
        Assert.Contains("is now scripted of 32", Assert.Throws<InvalidDataException>(() => LatentCaches.Encode(_autoencoder, _folder["cache"], new ScriptedSource(32))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_autoencoder_by_another_name_goes_on()
    {
        LatentCaches.Encode(_autoencoder, _folder["cache"], change: options => options with { Writers = 2 });
        using (var loaded = AutoencoderFolder.Load(_autoencoder)) AutoencoderFolder.Save(_folder["renamed"], loaded, "another name", "elsewhere");
        var result = LatentCaches.Encode(_folder["renamed"], _folder["cache"]);
        Assert.Equal((12, "small"), (result.Encoded, result.Index!.Plan.AutoencoderName));
        LatentCache.Open(_folder["cache"]).Dispose();
    }

    [Fact]
    public void A_folder_with_other_things_in_it_is_left_alone()
    {
        Directory.CreateDirectory(_folder["photos"]);
        File.WriteAllText(_folder["photos/1.txt"], "mine");
        Assert.Contains("holds 1.txt", Assert.Throws<InvalidDataException>(() => LatentCaches.Encode(_autoencoder, _folder["photos"])).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["photos/1.txt"]));
    }

    [Theory]
    [InlineData(0, 1, 1, 1)]
    [InlineData(1, 0, 1, 1)]
    [InlineData(1, 1, 2, 1)]
    [InlineData(1, 1, 0, 1)]
    public void Options_out_of_range_are_refused(int shardImages, int batchSize, int writer, int writers) => Assert.Throws<ArgumentException>(() => LatentCaches.Encode(
        _autoencoder, _folder["cache"], change: options => options with { ShardImages = shardImages, BatchSize = batchSize, Writer = writer, Writers = writers }));

    [Fact]
    public void A_size_that_is_no_multiple_of_the_factor_is_refused() => Assert.Contains(
        "multiple of the autoencoder's factor 8", Assert.Throws<ArgumentException>(() => LatentCaches.Encode(_autoencoder, _folder["cache"], change: options => options with { ImageSize = 20 })).Message,
        StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();
}
