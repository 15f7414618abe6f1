namespace Msf.Runtime;

/// <summary>The size of a product of <c>linear</c>: (Rows, Inputs) times the transpose of (Outputs, Inputs).</summary>
/// <param name="Rows">Rows of the input, for example tokens of a batch.</param>
/// <param name="Inputs">Features in.</param>
/// <param name="Outputs">Features out.</param>
public readonly record struct ProductSize(int Rows, int Inputs, int Outputs)
{
    /// <summary>Floating point operations of one product: a multiplication and an addition for every term.</summary>
    public double Operations => 2.0 * Rows * Inputs * Outputs;
}
