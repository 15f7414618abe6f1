using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// The Inception score exp(E KL(p(y|x) | p(y))) of Salimans et al. (2016): sharp predictions, and many classes. The mean p(y) of every part is of the part alone.
/// </summary>
public static class InceptionScore
{
    private const double Least = 1e-300;                                                      // p log p is 0 at 0

    /// <summary>The score of parts of the images in their order, part i of N images being those from i N / parts on, as in published figures.</summary>
    /// <param name="probabilities">(N, K), rows that add up to 1, any floating type.</param>
    /// <param name="parts">Number of parts, 1 to N. Published figures take 10.</param>
    /// <exception cref="ArgumentException">There are fewer images than parts.</exception>
    public static InceptionScoreResult Of(Tensor probabilities, int parts = 10)
    {
        ShapeGuard.Require(probabilities, "probabilities", -1, -1);
        var count = probabilities.shape[0];
        if (parts < 1 || count < parts) throw new ArgumentException($"{count} images cannot make {parts} parts; give at least one image for each.", nameof(parts));
        var scores = new double[parts];
        for (var i = 0; i < parts; i++)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var (first, end) = (i * count / parts, (i + 1) * count / parts);
            var p = probabilities.narrow(0, first, end - first).to(ScalarType.Float64).cpu(); // (n, K)
            var mean = p.mean([0], keepdim: true);                                            // (1, K)
            scores[i] = p.mul(Log(p).sub(Log(mean))).sum(1).mean().exp().item<double>();
        }
        var average = scores.Average();
        return new InceptionScoreResult(average, Math.Sqrt(scores.Average(score => (score - average) * (score - average))), parts);
    }

    private static Tensor Log(Tensor p) => p.Clamped(Least, 1).log();
}
