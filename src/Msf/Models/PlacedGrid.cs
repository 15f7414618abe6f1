using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Models;

/// <summary>A grid of patches and its positions.</summary>
/// <param name="Grid">Patches along height and width.</param>
/// <param name="Codes">Added to the tokens, (1, N, D).</param>
/// <param name="Rotary">Turns queries and keys; null where these are not turned.</param>
internal sealed record PlacedGrid(int[] Grid, Tensor Codes, RotaryPositions? Rotary);
