using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>
/// Arithmetic of tensors with numbers that is safe from the garbage collector. TorchSharp wraps a number in an object that may be
/// finalised, and its native memory freed, while native code still reads it: one product in some thirty thousand then throws or is
/// wrong while another thread collects (<c>bench/scalar-lifetime</c>). Here the wrapper is held until the call returns. The
/// operators and conversions concerned are banned symbols, and a test reads the compiled code for calls of all that make a wrapper.
/// </summary>
public static class HeldScalar
{
    /// <summary>x value.</summary>
    /// <returns>A new tensor of the shape of x, owned by the caller's dispose scope; so for all that do not work in place.</returns>
    public static Tensor Times(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.mul(scalar);
    }

    /// <summary>x + value.</summary>
    public static Tensor Plus(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        using var one = 1.ToScalar();
        return x.add(scalar, one);
    }

    /// <summary>x + y; shapes broadcast. TorchSharp's sum of two tensors makes a wrapper too, for the factor 1 of the second.</summary>
    public static Tensor Plus(this Tensor x, Tensor y)
    {
        using var one = 1.ToScalar();
        return x.add(y, one);
    }

    /// <summary>x².</summary>
    public static Tensor Squared(this Tensor x) => x.mul(x);

    /// <summary>value - x.</summary>
    public static Tensor SubtractedFrom(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        using var one = 1.ToScalar();
        using var negative = x.neg();
        return negative.add(scalar, one);
    }

    /// <summary>x limited to [least, most].</summary>
    public static Tensor Clamped(this Tensor x, double least, double most)
    {
        using var low = least.ToScalar();
        using var high = most.ToScalar();
        return x.clamp(low, high);
    }

    /// <summary>x + a b in one pass; shapes broadcast.</summary>
    public static Tensor PlusProduct(this Tensor x, Tensor a, Tensor b)
    {
        using var one = 1.0.ToScalar();
        return x.addcmul(a, b, one);
    }

    /// <summary>A tensor of one value.</summary>
    /// <param name="size">Shape.</param>
    /// <param name="value">The value; exact in the type.</param>
    /// <param name="type">Type.</param>
    /// <param name="device">Device.</param>
    public static Tensor Constant(ReadOnlySpan<long> size, double value, ScalarType type, Device device)
    {
        using var scalar = value.ToScalar();
        return full(size, scalar, type, device);
    }

    /// <summary>x = x value, in place.</summary>
    public static void MultiplyInPlace(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        x.mul_(scalar);
    }

    /// <summary>x = x + value, in place.</summary>
    public static void AddInPlace(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        using var one = 1.ToScalar();
        x.add_(scalar, one);
    }

    /// <summary>x = x + y, in place.</summary>
    public static void AddInPlace(this Tensor x, Tensor y)
    {
        using var one = 1.ToScalar();
        x.add_(y, one);
    }

    /// <summary>x = x / value, in place.</summary>
    public static void DivideInPlace(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        x.div_(scalar);
    }

    /// <summary>x = x + weight (end - x), in place.</summary>
    public static void LerpInPlace(this Tensor x, Tensor end, double weight)
    {
        using var factor = tensor(weight, x.dtype, x.device);
        x.lerp_(end, factor);
    }

    /// <summary>x = x + value a b, in place.</summary>
    public static void AddProductInPlace(this Tensor x, Tensor a, Tensor b, double value)
    {
        using var scalar = value.ToScalar();
        x.addcmul_(a, b, scalar);
    }

    /// <summary>x = x + value a / b, in place.</summary>
    public static void AddQuotientInPlace(this Tensor x, Tensor a, Tensor b, double value)
    {
        using var scalar = value.ToScalar();
        x.addcdiv_(a, b, scalar);
    }

    /// <summary>Calls <c>forward(x, flag)</c> of a TorchScript network that gives one tensor.</summary>
    /// <param name="network">The network.</param>
    /// <param name="x">Its first argument.</param>
    /// <param name="flag">Its second argument, a bool.</param>
    /// <returns>What it returns, owned by the caller's dispose scope.</returns>
    public static Tensor CallWithFlag(this jit.ScriptModule network, Tensor x, bool flag) => (Tensor)network.CallWithFlags(x, flag);

    /// <summary>Calls <c>forward(x, flags...)</c> of a TorchScript network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="x">Its first argument.</param>
    /// <param name="flags">Its further arguments, bools.</param>
    /// <returns>What it returns, owned by the caller's dispose scope: a tensor, or a tuple or list.</returns>
    public static object CallWithFlags(this jit.ScriptModule network, Tensor x, params ReadOnlySpan<bool> flags)
    {
        object[] arguments = [x, .. flags.ToArray().Select(flag => flag.ToScalar())];
        try
        {
            return network.call(arguments);
        }
        finally
        {
            foreach (var scalar in arguments.OfType<Scalar>()) scalar.Dispose();
        }
    }
}
