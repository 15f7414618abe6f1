using Msf.Data;
using Msf.Diffusion;
using Msf.Models;
using Msf.Runtime;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// Mean square error of the velocity on images that training never saw, at every time of a grid, in float32: always the same images, times
/// and noise, and no weighting, so that networks trained in different ways can be compared.
/// </summary>
internal static class HeldOutLoss
{
    private const int Times = 8;
    private const int Batch = 50;

    /// <param name="trainer">Its averaged weights are measured.</param>
    /// <param name="transformer">Architecture of its network.</param>
    /// <param name="stage">Whose examples it sees; a condition is noised as sampling noises it.</param>
    /// <param name="examples">Factorization and statistics of training.</param>
    /// <param name="diffusion">Path and prediction of training.</param>
    /// <param name="images">The images.</param>
    /// <param name="indices">Which of them.</param>
    /// <returns>One loss per eighth of [0, 1], at its middle.</returns>
    public static double[] Measure(
        StageTrainer trainer, TransformerConfig transformer, int stage, StageExamples examples, DiffusionConfig diffusion, ImageBatches images, int[] indices)
    {
        using var noGrad = no_grad();
        using var network = new DiffusionTransformer(transformer);
        using (NewDisposeScope())
            foreach (var (name, value) in trainer.AverageState()) network.state_dict()[name].copy_(value);
        network.eval();
        var path = ProbabilityPath.Create(diffusion.Path);
        var sums = new double[Times];
        foreach (var chunk in indices.Chunk(Batch))
        {
            using var scope = NewDisposeScope();
            long[] streams = [.. chunk.Select(index => (long)index)];
            var (x, labels) = images.At(chunk);
            var (x1, u) = examples.Of(stage, x);
            for (var i = 0; i < Times; i++)
            {
                using var inner = NewDisposeScope();
                Tensor Noise(int stream) => SeededNoise.Normal(2026, stream, streams, x1.shape.AsSpan(1), CPU);
                var (eps, t) = (Noise(i), full(chunk.Length, (i + 0.5) / Times));
                var (condition, conditionTime) = (u, u is null ? null : full(chunk.Length, diffusion.SamplingConditionTime));
                if (u is not null) condition = ConditionNoising.Apply(path, u, conditionTime!, Noise(Times + i));
                var xt = path.Interpolate(x1, eps, t);
                var velocity = PredictionConversion.ToVelocity(path, diffusion.Prediction, network.Forward(xt, t, labels, condition, conditionTime), xt, t);
                sums[i] += (velocity - path.Velocity(x1, eps, t)).Squared().mean().item<float>() * chunk.Length;
            }
        }
        return [.. sums.Select(sum => sum / indices.Length)];
    }
}
