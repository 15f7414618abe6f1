namespace Msf.Runtime;

/// <summary>Which of libtorch's operations computes the float32 products of a transformer on a CPU.</summary>
public enum ProductRoute
{
    /// <summary><c>linear</c>: MKL, which on processors of other makers than its own takes an older path.</summary>
    Linear,

    /// <summary>A convolution of size 1 with its channels last: oneDNN, which takes the same path everywhere.</summary>
    Convolution,
}
