using Msf.Data;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Draws a run's sample sheet: the same classes and noise every time, so that sheets can be compared.</summary>
public sealed class SampleSheet
{
    private const int BatchSize = 16;
    private readonly RunConfig _config;

    /// <summary>Takes count, seed and sampling settings from the run's configuration.</summary>
    public SampleSheet(RunConfig config) => _config = config;

    /// <summary>Samples and writes one sheet.</summary>
    /// <param name="sampler">Sampler over the averaged weights.</param>
    /// <param name="path">PNG file to write.</param>
    /// <param name="cancellation">Looked at after every solver step.</param>
    public void Write(MsfSampler sampler, string path, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var images = new List<Tensor>();
        for (var first = 0; first < _config.Training.SampleCount; first += BatchSize)
        {
            var indices = Enumerable.Range(first, Math.Min(BatchSize, _config.Training.SampleCount - first)).ToArray();
            images.Add(sampler.Sample(new SamplingRequest
            {
                Labels = [.. indices.Select(i => i % _config.Model.Classes)],
                ImageIndices = [.. indices.Select(i => (long)i)],
                Seed = _config.Training.Seed,
                Sampling = _config.Sampling,
            }, cancellation: cancellation));
        }
        PngFile.Write(path, ImageGrid.Make(ImageTensors.ToImages(cat([.. images])), columns: Math.Min(_config.Model.Classes, 16)));
    }
}
