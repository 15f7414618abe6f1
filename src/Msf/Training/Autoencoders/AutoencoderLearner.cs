using Msf.Autoencoders;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>The networks of an autoencoder run and what one step does to them: the autoencoder's, then the discriminator's where there is one.</summary>
internal sealed class AutoencoderLearner : IDisposable
{
    private const string AdversarialPart = "adversarial", AdaptivePart = "adaptiveWeight", HingePart = "discriminator";
    private readonly AutoencoderRunConfig _config;
    private readonly AutoencoderLoss _loss;
    private readonly PerceptualDistance? _perceptual;
    private readonly KlAutoencoder _autoencoder;
    private readonly PatchDiscriminator? _discriminator;

    /// <summary>Makes the networks with initial weights from the seed.</summary>
    /// <param name="config">A valid configuration, its precision resolved.</param>
    /// <param name="device">Where to train.</param>
    /// <exception cref="FileNotFoundException">The network of the perceptual loss is missing.</exception>
    /// <exception cref="InvalidDataException">It is no TorchScript.</exception>
    internal AutoencoderLearner(AutoencoderRunConfig config, Device device)
    {
        (_config, Skipped) = (config, new NonFiniteSteps(config.Training.NonFiniteLimit));
        _perceptual = config.Loss.Perceptual is { } perceptual ? new PerceptualDistance(perceptual, device) : null;
        _loss = new AutoencoderLoss(config.Loss, _perceptual);
        var type = config.Training.Precision.ToScalarType();
        SeededNoise.SeedGlobalGenerator(config.Training.Seed);                                // the modules' initial weights draw from it
        _autoencoder = new KlAutoencoder(config.Autoencoder);
        _autoencoder.to(device);
        if (config.Loss.Discriminator is { } discriminator)
        {
            _discriminator = new PatchDiscriminator(discriminator, config.Autoencoder.ImageChannels);
            _discriminator.to(device);
            DiscriminatorWeights = new NetworkOptimizer(_discriminator, config.Training, type, averaged: false);
        }
        Weights = new NetworkOptimizer(_autoencoder, config.Training, type, averaged: true);
        CpuAllocator.Trim();                                                                  // of the networks that were cast
    }

    /// <summary>The autoencoder, in the compute type.</summary>
    internal IAutoencoder Autoencoder => _autoencoder;

    /// <summary>What trains the autoencoder.</summary>
    internal NetworkOptimizer Weights { get; }

    /// <summary>What trains the discriminator; null where there is none.</summary>
    internal NetworkOptimizer? DiscriminatorWeights { get; }

    /// <summary>Images seen, those of skipped steps included; set when a checkpoint is loaded.</summary>
    internal long Images { get; set; }

    /// <summary>Steps skipped because a loss or gradient was not finite; set when a checkpoint is loaded.</summary>
    internal NonFiniteSteps Skipped { get; }

    /// <summary>Trains on one batch.</summary>
    /// <param name="images">(B, 3, H, W), float32, in [-1, 1].</param>
    /// <param name="generator">Source of everything random in this step.</param>
    /// <returns>What the step reports; one whose losses or gradients are not finite changes no weight.</returns>
    /// <exception cref="InvalidDataException">More than <see cref="TrainingConfig.NonFiniteLimit"/> steps in a row would be skipped.</exception>
    internal StepResult Step(Tensor images, Generator generator)
    {
        using var scope = NewDisposeScope();
        try
        {
            var adversary = Images >= _config.Loss.Discriminator?.StartImages ? _discriminator : null;
            var rate = LearningRates.At(_config.Training, Images, _config.Training.MaxImages);
            var result = _loss.Compute(_autoencoder, images, generator);
            var parts = result.Parts.ToDictionary(part => part.Key, part => (double)part.Value.item<float>());
            var total = adversary is null ? result.Reconstruction : Adversarial(adversary, result, parts);
            total.backward();
            var hinge = adversary is null ? 0 : Discriminate(adversary, images, result.Decoded, parts);
            var (loss, norm, hingeNorm) = ((double)total.item<float>(), Weights.TakeGradients(), adversary is null ? 0 : DiscriminatorWeights!.TakeGradients());
            Images += images.shape[0];
            if (!double.IsFinite(loss + norm + hinge + hingeNorm))
            {
                Skipped.Add("the autoencoder", Images, loss, norm);                            // the images are spent all the same: schedules go by them
                return new StepResult(loss, norm, rate, Skipped: true);
            }
            Skipped.Clear();
            Weights.Step(rate, norm, Images);
            if (adversary is not null)
                DiscriminatorWeights!.Step(rate * (_config.Loss.Discriminator!.LearningRate ?? _config.Training.LearningRate) / _config.Training.LearningRate, hingeNorm, Images);
            return new StepResult(loss, norm, rate, Parts: parts);
        }
        finally
        {
            Weights.ClearGradients();
            DiscriminatorWeights?.ClearGradients();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        DiscriminatorWeights?.Dispose();
        _autoencoder.Dispose();
        _discriminator?.Dispose();
        _perceptual?.Dispose();
    }

    // The reconstruction loss with the adversarial one, weighted so that both pull equally at the last layer (Esser et al. 2021, eq. 7).
    private Tensor Adversarial(PatchDiscriminator adversary, AutoencoderLossResult result, Dictionary<string, double> parts)
    {
        var settings = _config.Loss.Discriminator!;
        var adversarial = adversary.AdversarialLoss(result.Decoded);
        parts.Add(AdversarialPart, adversarial.item<float>());
        var weight = settings.Weight;
        if (settings.AdaptiveWeight)
        {
            var adaptive = Math.Min(LastGradient(result.Reconstruction) / (LastGradient(adversarial) + 1e-4), settings.MostAdaptiveWeight);
            parts.Add(AdaptivePart, adaptive);
            weight *= adaptive;
        }
        return result.Reconstruction.Plus(adversarial.Times(weight));
    }

    private double LastGradient(Tensor loss)
    {
        var gradient = autograd.grad([loss], [_autoencoder.LastWeights], retain_graph: true)[0];
        return gradient.to_type(ScalarType.Float32).norm().item<float>();
    }

    private double Discriminate(PatchDiscriminator adversary, Tensor images, Tensor decoded, Dictionary<string, double> parts)
    {
        DiscriminatorWeights!.ClearGradients();                                               // what the adversarial loss has left there
        var hinge = adversary.HingeLoss(images, decoded.detach());
        hinge.backward();
        var value = (double)hinge.item<float>();
        parts.Add(HingePart, value);
        return value;
    }
}
