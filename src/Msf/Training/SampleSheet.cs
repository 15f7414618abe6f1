using Msf.Autoencoders;
using Msf.Data;
using Msf.Factorization;
using Msf.Sampling;

namespace Msf.Training;

/// <summary>Draws a run's sample sheet: the same classes and noise every time, so that sheets can be compared.</summary>
public sealed class SampleSheet
{
    private const int BatchSize = 16;
    private readonly RunConfig _config;
    private readonly IAutoencoder? _autoencoder;

    /// <summary>Takes count, seed and sampling settings from the run's configuration.</summary>
    /// <param name="config">The run.</param>
    /// <param name="autoencoder">Decodes what is sampled; null where that are pixels.</param>
    public SampleSheet(RunConfig config, IAutoencoder? autoencoder = null) => (_config, _autoencoder) = (config, autoencoder);

    /// <summary>Samples from the averaged weights of all stages and writes one sheet, or none when cancelled.</summary>
    /// <param name="stages">The stages, coarse to fine.</param>
    /// <param name="statistics">Component statistics of the run.</param>
    /// <param name="path">PNG file to write; its folder is made.</param>
    /// <param name="cancellation">Looked at after every solver step.</param>
    /// <returns>Whether there is a sheet.</returns>
    /// <exception cref="IOException">The sheet could not be written.</exception>
    public bool Draw(IReadOnlyList<StageTrainer> stages, ComponentStatistics statistics, string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            foreach (var stage in stages) stage.EnterAverage();
            Write(new MsfSampler(_config.Model, _config.Diffusion, statistics, [.. stages.Select(stage => stage.Network)]), path, cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;                                                                     // the run is being stopped: nobody waits for a half-drawn sheet
        }
        finally
        {
            foreach (var stage in stages) stage.LeaveAverage();
        }
    }

    /// <summary>Samples and writes one sheet.</summary>
    /// <param name="sampler">Sampler over the averaged weights.</param>
    /// <param name="path">PNG file to write.</param>
    /// <param name="cancellation">Looked at after every solver step.</param>
    public void Write(MsfSampler sampler, string path, CancellationToken cancellation)
    {
        var indices = Enumerable.Range(0, _config.Training.SampleCount).ToArray();
        var request = new SamplingRequest
        {
            Labels = [.. indices.Select(i => i % _config.Model.Classes)],
            ImageIndices = [.. indices.Select(i => (long)i)],
            Seed = _config.Training.Seed,
            Sampling = _config.Sampling,
        };
        var images = new List<RgbImage>();
        sampler.SampleInBatches(request, BatchSize, (_, batch) => images.AddRange(ImageTensors.ToImages(_autoencoder?.DecodeSampled(batch) ?? batch)), cancellation: cancellation);
        PngFile.Write(path, ImageGrid.Make(images, columns: Math.Min(_config.Model.Classes, 16)));
    }
}
