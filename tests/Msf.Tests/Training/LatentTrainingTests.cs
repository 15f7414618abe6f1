using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using Msf.Tests.Autoencoders;
using Msf.Tests.Data;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>Runs on the latents, 3 x 4 x 4, of shapes of 16 px.</summary>
[Collection(SequentialTraining.Name)]
public sealed class LatentTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunConfig _config;

    public LatentTrainingTests()
    {
        LatentCaches.Encode(LatentCaches.Autoencoder(_folder["autoencoder"], SmallAutoencoders.Kl), _folder["cache"]);
        var model = SmallRun.Config.Model with { Size = [4, 4], Stages = [.. SmallRun.Config.Model.Stages.Select(stage => stage with { PatchSize = 1 })] };
        _config = SmallRun.With(training => training with { MaxImages = 48, CheckpointEveryImages = 24, SampleEveryImages = 48 }) with
        {
            Model = model,
            Data = new DataConfig { Source = _folder["cache"], HorizontalFlip = true },
        };
    }

    [Fact]
    public void A_run_on_a_cache_resumes_bit_for_bit_and_its_model_samples_images()
    {
        var whole = Train(_config, "whole");
        using (var stop = new CancellationTokenSource())
        {
            using var source = DataSets.Open(_config.Data.Source!);
            using var trainer = TrainingRun.Open(_config, _folder["run"], source, CPU, resume: false, _ => { });
            trainer.Train(new SmallRun.Callback(progress => { if (progress.Images >= 24) stop.Cancel(); }), stop.Token);
        }
        var resumed = Train(_config, "run", resume: true);
        SmallRun.AssertSame(whole.Checkpoint, resumed.Checkpoint);
        Assert.Equal(File.ReadAllBytes(_folder["whole/samples/000000048.png"]), File.ReadAllBytes(_folder["run/samples/000000048.png"]));

        using var scope = NewDisposeScope();
        using var model = MsfModel.Load(_folder["run/model"], precision: ComputePrecision.Float32);
        var images = model.Sample(model.Request([0, 1, 2], seed: 4), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([3, 3, 16, 16], images.shape);
        var parts = new List<Tensor>();
        model.SampleInBatches(model.Request([0, 1, 2], seed: 4), 2, (_, batch) => parts.Add(batch.clone().DetachFromDisposeScope()), cancellation: TestContext.Current.CancellationToken);
        Assert.True(TensorAssert.Identical(images, cat(parts)));
    }

    [Fact]
    public void Training_through_the_autoencoder_is_training_on_its_latents()
    {
        var images = _config with { Data = new DataConfig { Source = "synthetic:shapes?size=16&count=32", Autoencoder = _folder["autoencoder"], HorizontalFlip = true } };
        using var scope = NewDisposeScope();
        var (cached, direct) = (SmallRun.Tensors(Train(_config, "cached").Checkpoint), SmallRun.Tensors(Train(images, "direct").Checkpoint));
        foreach (var (name, weights) in cached)
            if (name.EndsWith("weights", StringComparison.Ordinal)) TensorAssert.Close(weights, direct[name], relative: 2e-2);   // float16 of the cache apart
        Assert.Equal(
            ModelFolder.ReadManifest(_folder["cached/model"]).AutoencoderIdentity, ModelFolder.ReadManifest(_folder["direct/model"]).AutoencoderIdentity);
    }

    [Fact]
    public void Another_autoencoder_than_the_cache_s_is_refused()
    {
        LatentCaches.Autoencoder(_folder["other"], SmallAutoencoders.Kl, seed: 2);
        Assert.Contains("another autoencoder", Refused(_config with { Data = _config.Data with { Autoencoder = _folder["other"] } }), StringComparison.Ordinal);
        Assert.Contains("no autoencoder nothing", Refused(_config with { Data = _config.Data with { Autoencoder = "nothing" } }), StringComparison.Ordinal);
        Train(_config with { Data = _config.Data with { Autoencoder = _folder["autoencoder"] } }, "same");
    }

    [Fact]
    public void A_run_does_not_go_on_with_latents_of_another_autoencoder()
    {
        Train(_config with { Training = _config.Training with { MaxImages = 24 } }, "run");
        LatentCaches.Encode(LatentCaches.Autoencoder(_folder["other"], SmallAutoencoders.Kl, seed: 2), _folder["others"]);
        var error = Assert.Throws<InvalidDataException>(() => Train(_config with { Data = _config.Data with { Source = _folder["others"] } }, "run", resume: true));
        Assert.Contains("was trained on latents of the autoencoder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_and_channels_that_do_not_fit_are_refused()
    {
        Assert.Contains("the latents of", Refused(_config with { Model = _config.Model with { Size = [8, 8] } }), StringComparison.Ordinal);
        Assert.Contains("the latents 3", Refused(_config with { Model = _config.Model with { Channels = 4 } }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_does_not_decode_with_another_autoencoder_than_its_own()
    {
        Train(_config with { Training = _config.Training with { MaxImages = 8 } }, "run");
        Directory.Delete(_folder["run/model/autoencoder"], recursive: true);
        Assert.Throws<DirectoryNotFoundException>(() => MsfModel.Load(_folder["run/model"]));
        LatentCaches.Autoencoder(_folder["run/model/autoencoder"], SmallAutoencoders.Kl, seed: 2);
        Assert.Contains("another autoencoder", Assert.Throws<InvalidDataException>(() => MsfModel.Load(_folder["run/model"])).Message, StringComparison.Ordinal);
        MsfModel.Load(_folder["run/model"], autoencoder: _folder["autoencoder"]).Dispose();
    }

    public void Dispose() => _folder.Dispose();

    private string Refused(RunConfig config)
    {
        var error = Assert.ThrowsAny<Exception>(() => Train(config, $"refused-{Guid.NewGuid():N}"));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private TrainingResult Train(RunConfig config, string run, bool resume = false)
    {
        using var source = DataSets.Open(config.Data.Source!, config.Data.Classes);
        using var trainer = TrainingRun.Open(config, _folder[run], source, CPU, resume, _ => { });
        return trainer.Train(cancellation: TestContext.Current.CancellationToken);
    }
}
