namespace Msf.Evaluation;

/// <summary>What measurements take, learned from those that were made.</summary>
internal sealed class TuningPace
{
    private readonly List<double> _perMultiplyAdd = [];
    private readonly List<double> _perImage = [];

    /// <summary>Whether anything is known.</summary>
    public bool IsKnown => _perImage.Count > 0;

    /// <summary>Learns from a measurement.</summary>
    /// <param name="measured">What was measured.</param>
    /// <param name="images">Samples that were made for it.</param>
    /// <param name="seconds">What all of it took.</param>
    public void Add(TuningMeasurement measured, int images, double seconds)
    {
        if (images < 1) return;
        _perMultiplyAdd.Add(measured.SecondsPerImage / Math.Max(1, measured.MultiplyAdds));
        _perImage.Add(Math.Max(0, seconds / images - measured.SecondsPerImage));
    }

    /// <summary>Seconds to expect.</summary>
    /// <param name="multiplyAdds">Of an image.</param>
    /// <param name="images">Samples to be made.</param>
    public double Seconds(double multiplyAdds, int images) => IsKnown ? images * (Median(_perMultiplyAdd) * multiplyAdds + Median(_perImage)) : 0;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
