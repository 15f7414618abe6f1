using System.Globalization;
using Msf.Autoencoders;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Evaluation;
using Msf.Factorization;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Which stage of a factorized model loses what: Frechet distances to held-out images of its samples, of real bases with generated residuals (the upper stages' own error), of
/// generated bases without residuals to real ones without (the base's own error, at the images' size), and of real images without residuals to whole ones (what the residual has to give). Images of a model of latents are all decoded, the real ones from their own latents.
/// </summary>
internal static class StageErrors
{
    private const int Batch = 50;

    /// <param name="data">What samples are held against; features of all of it are computed, of its bases, too.</param>
    /// <param name="heldOut">Images that the model has not seen: their bases are completed.</param>
    /// <param name="features">A feature network.</param>
    /// <param name="count">Images of every row.</param>
    /// <param name="steps">Steps per stage.</param>
    /// <param name="scale">Guidance of all stages; 0 for the model's own.</param>
    /// <param name="models">Model folders of one size, classes and factorization.</param>
    public static void Run(string data, string heldOut, string features, int count, int[] steps, double scale, string[] models)
    {
        using var network = TorchScriptFeatures.Load(features);
        var evaluator = new SampleEvaluator(network, Batch);
        using var first = MsfModel.Load(models[0]);
        using var known = ModelData.Open(first.Manifest, data);
        using var unknown = ModelData.Open(first.Manifest, heldOut);
        var (side, factorization) = (ModelData.ImageSize(first), new MultiScaleFactorization(first.Manifest.Model.Factorization));
        var places = ImageBytes.Order(unknown.Count)[..Math.Min(count, unknown.Count)];
        var latents = first.Autoencoder;
        Tensor Target(Tensor x) => latents is null ? x : latents.Config.Normalize(latents.Encode(x).Mean);
        Tensor Image(Tensor target) => latents is null ? target : latents.DecodeSampled(target);
        Tensor WithoutDetail(Tensor target) => factorization.Condition(factorization.Split(target)[0], target.shape.AsSpan(2));

        FeatureSummary Summary(int keep) => new(network.Width, keep);

        FrechetReference whole, bases;
        using (FeatureSummary images = Summary(0), coarse = Summary(0))
        {
            Gather(known, [.. Enumerable.Range(0, known.Count)], images, coarse);
            (whole, bases) = (Reference(images), Reference(coarse));
        }
        using var wholeHeld = whole;
        using var basesHeld = bases;
        using (FeatureSummary images = Summary(count), coarse = Summary(count))
        {
            Gather(unknown, places, images, coarse);
            Print("held-out images", whole, images);
            Print("held-out images without residual", whole, coarse);
            Print("held-out bases to bases", bases, coarse);
        }
        foreach (var folder in models)
        {
            using var model = MsfModel.Load(folder);
            var sampling = model.Manifest.Sampling with
            {
                Stages = [.. model.Manifest.Sampling.Stages.Select((stage, i) => stage with { Steps = steps[i], Guidance = stage.Guidance with { Scale = scale < 1 ? stage.Guidance.Scale : scale } })],
            };
            SamplingRequest Request(int[] labels, long from) => model.Request(labels, seed: 0) with { Sampling = sampling, ImageIndices = [.. labels.Select((_, i) => from + i)] };
            using FeatureSummary generated = Summary(count), coarse = Summary(count), completed = Summary(count);
            Visit(unknown, places, side, (x, labels, from) =>
            {
                var sampled = model.Sample(Request(labels, from));
                evaluator.Add(generated, Image(sampled));
                evaluator.Add(coarse, Image(WithoutDetail(sampled)));
                evaluator.Add(completed, Image(model.Sample(Request(labels, from) with { Source = new SourceImage { Target = Target(x), Strength = 0 } })));
            });
            Console.WriteLine($"{folder}");
            Print("  samples", whole, generated);
            Print("  real bases, generated residuals", whole, completed);
            Print("  bases of samples to bases", bases, coarse);
        }

        // A set's images, and what they are without detail, in one pass.
        void Gather(IImageSource source, int[] which, FeatureSummary images, FeatureSummary coarse) => Visit(source, which, side, (x, _, _) =>
        {
            var target = Target(x);
            evaluator.Add(images, Image(target));
            evaluator.Add(coarse, Image(WithoutDetail(target)));
        });
    }

    private static FrechetReference Reference(FeatureSummary data)
    {
        using var moments = data.Statistics.Moments();
        return new FrechetReference(moments);
    }

    private static void Print(string what, FrechetReference data, FeatureSummary samples)
    {
        using var scope = NewDisposeScope();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {data.DistanceTo(samples.Features()).Distance:F2}"));
    }

    // Images in [-1, 1] with their labels and the number of those before.
    private static void Visit(IImageSource source, int[] places, int side, Action<Tensor, int[], int> take)
    {
        var done = 0;
        foreach (var some in places.Chunk(Batch))
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            take(ImageBytes.Read(source, some, side).to(ScalarType.Float32).div_(127.5f).sub_(1f), [.. some.Select(source.LabelAt)], done);
            done += some.Length;
        }
    }
}
