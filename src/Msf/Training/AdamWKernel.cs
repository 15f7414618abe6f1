using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>
/// One step of AdamW on the CPU in one pass over memory: gradient, both moments, weights, their average and the network's own copy of
/// the weights are each read and written once, where operation by operation they would be a dozen times. Every element depends on its
/// own place alone, so the result is the same for any number of threads.
/// </summary>
internal sealed unsafe class AdamWKernel
{
    private const long Grain = 1 << 14;
    private readonly float* _weights, _moment1, _moment2, _average;
    private readonly void* _gradient, _parameters;
    private readonly bool _gradientIsHalf, _parametersAreHalf;
    private readonly float _gradientScale, _decay, _beta1Rest, _beta2, _beta2Rest, _correction2, _stepSize, _averageWeight;

    /// <summary>Prepares a step.</summary>
    /// <param name="tensors">Vectors of one length, contiguous, on the CPU; they must stay alive.</param>
    /// <param name="numbers">The step's numbers.</param>
    internal AdamWKernel(Tensors tensors, Numbers numbers)
    {
        _weights = Floats(tensors.Weights);
        _moment1 = Floats(tensors.Moment1);
        _moment2 = Floats(tensors.Moment2);
        _average = tensors.Average is { } average ? Floats(average) : null;
        _gradient = Address(tensors.Gradient);
        _gradientIsHalf = tensors.Gradient.dtype == ScalarType.BFloat16;
        if (tensors.Parameters is { } parameters)
        {
            _parameters = Address(parameters);
            _parametersAreHalf = parameters.dtype == ScalarType.BFloat16;
        }
        (_gradientScale, _averageWeight) = ((float)numbers.GradientScale, (float)numbers.AverageWeight);
        _decay = (float)(1 - numbers.LearningRate * numbers.WeightDecay);
        (_beta1Rest, _beta2, _beta2Rest) = ((float)(1 - numbers.Beta1), (float)numbers.Beta2, (float)(1 - numbers.Beta2));
        _correction2 = (float)Math.Sqrt(1 - Math.Pow(numbers.Beta2, numbers.Step));
        _stepSize = (float)(-numbers.LearningRate / (1 - Math.Pow(numbers.Beta1, numbers.Step)));
    }

    /// <summary>Takes the step on all elements, on libtorch's threads.</summary>
    internal void Run(long length) => ThreadTeam.For(length, Grain, Range);

    private void Range(long start, long end)
    {
        var vectors = start + (end - start) / HalfWidth.Step * HalfWidth.Step;
        for (var i = start; i < vectors; i += HalfWidth.Step)
        {
            var (low, high) = _gradientIsHalf
                ? HalfWidth.Load((ushort*)_gradient + i)
                : (Vector512.Load((float*)_gradient + i), Vector512.Load((float*)_gradient + i + 16));
            var (weightLow, weightHigh) = (Update(i, low), Update(i + 16, high));
            if (_parameters is null) continue;
            if (_parametersAreHalf)
            {
                HalfWidth.Store((ushort*)_parameters + i, weightLow, weightHigh);
            }
            else
            {
                weightLow.Store((float*)_parameters + i);
                weightHigh.Store((float*)_parameters + i + 16);
            }
        }
        for (var i = vectors; i < end; i++) UpdateOne(i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Update(long i, Vector512<float> gradient)
    {
        var g = gradient * _gradientScale;
        var m = Vector512.Load(_moment1 + i);
        m += (g - m) * _beta1Rest;
        m.Store(_moment1 + i);
        var v = Vector512.Load(_moment2 + i) * _beta2 + g * g * _beta2Rest;
        v.Store(_moment2 + i);
        var w = Vector512.Load(_weights + i) * _decay + m * _stepSize / (Vector512.Sqrt(v) / _correction2 + Vector512.Create(AdamW.Epsilon));
        w.Store(_weights + i);
        if (_average is not null)
        {
            var a = Vector512.Load(_average + i);
            (a + (w - a) * _averageWeight).Store(_average + i);
        }
        return w;
    }

    private void UpdateOne(long i)
    {
        var g = (_gradientIsHalf ? HalfWidth.Load(((ushort*)_gradient)[i]) : ((float*)_gradient)[i]) * _gradientScale;
        var m = _moment1[i] += (g - _moment1[i]) * _beta1Rest;
        var v = _moment2[i] = _moment2[i] * _beta2 + g * g * _beta2Rest;
        var w = _weights[i] = _weights[i] * _decay + m * _stepSize / (MathF.Sqrt(v) / _correction2 + AdamW.Epsilon);
        if (_average is not null) _average[i] += (w - _average[i]) * _averageWeight;
        if (_parameters is null) return;
        if (_parametersAreHalf) ((ushort*)_parameters)[i] = HalfWidth.Round(w);
        else ((float*)_parameters)[i] = w;
    }

    private static float* Floats(Tensor vector) => (float*)Address(vector);

    private static void* Address(Tensor vector) => (void*)TensorMemory.Address(vector);

    /// <summary>The vectors of a step, (P) each.</summary>
    /// <param name="Weights">float32.</param>
    /// <param name="Gradient">float32 or bfloat16.</param>
    /// <param name="Moment1">float32.</param>
    /// <param name="Moment2">float32.</param>
    /// <param name="Average">float32, or null.</param>
    /// <param name="Parameters">Receives the new weights, float32 or bfloat16; or null.</param>
    internal sealed record Tensors(Tensor Weights, Tensor Gradient, Tensor Moment1, Tensor Moment2, Tensor? Average, Tensor? Parameters);

    /// <summary>The numbers of a step, as in <see cref="AdamW.Step"/>.</summary>
    internal sealed record Numbers(
        long Step, double Beta1, double Beta2, double WeightDecay, double LearningRate, double GradientScale, double AverageWeight);
}
