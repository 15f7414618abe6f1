using static TorchSharp.torch;

namespace Msf.Autoencoders;

/// <summary>The losses of a batch; the tensors are owned by the dispose scope of who asked for them.</summary>
/// <param name="Reconstruction">What the autoencoder is to make small, but for an adversarial loss; a scalar of a graph.</param>
/// <param name="Decoded">The reconstructions, (B, C, H, W), float32, of the same graph.</param>
/// <param name="Parts">The terms before their weights, by name: scalars without graph.</param>
public sealed record AutoencoderLossResult(Tensor Reconstruction, Tensor Decoded, IReadOnlyDictionary<string, Tensor> Parts);
