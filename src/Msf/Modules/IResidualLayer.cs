using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Msf.Modules;

/// <summary>
/// What a block adds to its tokens: something, and a linear layer at its end, <c>forward(x) = Output(Hidden(x))</c>. Apart, so that the layer's
/// bias and the block's gate can be one pass.
/// </summary>
internal interface IResidualLayer
{
    /// <summary>What the last layer takes.</summary>
    /// <param name="x">Tokens, (B, N, D).</param>
    /// <returns>(B, N, H), owned by the caller's dispose scope.</returns>
    public Tensor Hidden(Tensor x);

    /// <summary>The last layer, from H to D.</summary>
    public Linear Output { get; }
}
