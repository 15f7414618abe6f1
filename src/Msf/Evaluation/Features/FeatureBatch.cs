using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>What a network says of a batch of images; owned by the dispose scope of who asked.</summary>
/// <param name="Features">(B, D), float32.</param>
/// <param name="Probabilities">(B, K), float32, rows that add up to 1; null where they were not asked for.</param>
/// <param name="Spatial">(B, E), float32: spatial features, flattened; null where they were not asked for.</param>
public sealed record FeatureBatch(Tensor Features, Tensor? Probabilities, Tensor? Spatial);
