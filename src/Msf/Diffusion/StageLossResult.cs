using static TorchSharp.torch;

namespace Msf.Diffusion;

/// <summary>The loss of one batch of one stage. The tensors belong to the dispose scope in which the loss was computed.</summary>
/// <param name="Loss">Weighted mean over the batch, a float32 scalar with the graph: call <c>backward()</c> on it.</param>
/// <param name="PerImage">Mean square error of each image, unweighted, (B,) float32, without a graph, for metrics.</param>
/// <param name="Time">The time t at which each image was noised, (B,) float32, on the device of the loss.</param>
public sealed record StageLossResult(Tensor Loss, Tensor PerImage, Tensor Time);
