using Msf.Checkpoints;
using Msf.Data;
using Msf.Models;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Training;

/// <summary>The network of a classifier run and what one step does to it: cross entropy with smoothed labels.</summary>
internal sealed class ClassifierLearner : IDisposable
{
    private const string AccuracyPart = "accuracy";
    private readonly ClassifierRunConfig _config;
    private readonly ImageClassifier _network;

    /// <summary>Makes the network with initial weights from the seed.</summary>
    /// <param name="config">A valid configuration, its precision resolved.</param>
    /// <param name="device">Where to train.</param>
    internal ClassifierLearner(ClassifierRunConfig config, Device device)
    {
        (_config, Skipped) = (config, new NonFiniteSteps(config.Training.NonFiniteLimit));
        SeededNoise.SeedGlobalGenerator(config.Training.Seed);                                // the modules' initial weights draw from it
        _network = new ImageClassifier(config.Classifier);
        _network.to(device);
        Weights = new NetworkOptimizer(_network, config.Training, config.Training.Precision.ToScalarType(), averaged: true);
        CpuAllocator.Trim();                                                                  // of the network that was cast
    }

    /// <summary>The network, in the compute type.</summary>
    internal ImageClassifier Network => _network;

    /// <summary>What trains the network.</summary>
    internal NetworkOptimizer Weights { get; }

    /// <summary>Images seen, those of skipped steps included; set when a checkpoint is loaded.</summary>
    internal long Images { get; set; }

    /// <summary>Steps skipped because a loss or gradient was not finite; set when a checkpoint is loaded.</summary>
    internal NonFiniteSteps Skipped { get; }

    /// <summary>Places of the images that the last <see cref="Measure"/> found told wrong.</summary>
    internal IReadOnlyList<int> Wrong { get; private set; } = [];

    /// <summary>Trains on one batch.</summary>
    /// <param name="images">(B, 3, H, W), float32, in [-1, 1].</param>
    /// <param name="labels">(B), int64.</param>
    /// <returns>What the step reports; one whose loss or gradient is not finite changes no weight.</returns>
    /// <exception cref="InvalidDataException">More than <see cref="TrainingConfig.NonFiniteLimit"/> steps in a row would be skipped.</exception>
    internal StepResult Step(Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        try
        {
            var rate = LearningRates.At(_config.Training, Images, _config.Training.MaxImages);
            var logits = _network.call(images);                                               // (B, K)
            var loss = Loss(logits, labels);
            loss.backward();
            var accuracy = logits.argmax(1).eq(labels).to_type(ScalarType.Float32).mean().item<float>();
            var (value, norm) = ((double)loss.item<float>(), Weights.TakeGradients());
            Images += images.shape[0];
            if (!double.IsFinite(value + norm))
            {
                Skipped.Add("the classifier", Images, value, norm);                            // the images are spent all the same: schedules go by them
                return new StepResult(value, norm, rate, Skipped: true);
            }
            Skipped.Clear();
            Weights.Step(rate, norm, Images);
            return new StepResult(value, norm, rate, Parts: new Dictionary<string, double> { [AccuracyPart] = accuracy });
        }
        finally
        {
            Weights.ClearGradients();
        }
    }

    /// <summary>Asks the averaged weights about images, fitted as training fits them and not augmented.</summary>
    /// <param name="batches">The images, at the configuration's size; their position is not changed.</param>
    /// <param name="source">Where they come from, which names the classes.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="what">What to call them.</param>
    internal ClassifierAccuracy Measure(ImageBatches batches, IImageSource source, Device device, string what)
    {
        using var noGradient = no_grad();
        var (right, all) = (new int[_config.Classifier.Classes], new int[_config.Classifier.Classes]);
        var wrong = new List<int>();
        Weights.EnterAverage();
        try
        {
            for (var first = 0; first < batches.Count; first += _config.Training.BatchSize)
            {
                using var scope = NewDisposeScope();
                int[] indices = [.. Enumerable.Range(first, Math.Min(_config.Training.BatchSize, batches.Count - first))];
                var batch = batches.At(indices);
                var told = _network.call(batch.Images.to(device)).argmax(1).cpu().data<long>().ToArray();
                var labels = batch.Labels.data<long>().ToArray();
                for (var i = 0; i < labels.Length; i++)
                {
                    all[labels[i]]++;
                    if (told[i] == labels[i]) right[labels[i]]++;
                    else wrong.Add(indices[i]);
                }
            }
        }
        finally
        {
            Weights.LeaveAverage();
        }
        Wrong = wrong;
        return new ClassifierAccuracy(what, [.. source.Classes.Select((known, label) => new ClassifierAccuracy.OfClass(known.Name, all[label], right[label]))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        _network.Dispose();
    }

    // -(1 - e) log p(label) - e mean over the classes of log p (Szegedy et al. 2016, section 7).
    private Tensor Loss(Tensor logits, Tensor labels)
    {
        var logarithms = functional.log_softmax(logits, 1);
        var own = logarithms.gather(1, labels.unsqueeze(1)).mean().neg();
        return own.Times(1 - _config.LabelSmoothing).Plus(logarithms.mean().neg().Times(_config.LabelSmoothing));
    }
}
