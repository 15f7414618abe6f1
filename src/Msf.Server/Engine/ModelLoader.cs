using System.Diagnostics;
using Msf.Checkpoints;
using Msf.Runtime;

namespace Msf.Server;

/// <summary>Makes a model ready for images, on the thread that owns it from then on.</summary>
internal static class ModelLoader
{
    private static readonly TimeSpan _longWarmUp = TimeSpan.FromSeconds(2);

    /// <summary>Loads a model, compiles what an image needs, and measures how long it takes then.</summary>
    /// <param name="card">The model.</param>
    /// <param name="context">What all workers share.</param>
    /// <param name="speed">Learns what an image takes.</param>
    /// <returns>Owned by the caller.</returns>
    /// <inheritdoc cref="MsfModel.Load" path="/exception"/>
    internal static MsfModel Load(ModelCard card, EngineContext context, ModelSpeed speed)
    {
        var clock = Stopwatch.StartNew();
        var model = MsfModel.Load(card.Folder, context.Device, context.Options.Precision);
        try
        {
            speed.Calibrate(model.Device, model.Precision);
            WarmUp(model, card, speed);
        }
        catch
        {
            model.Dispose();
            throw;
        }
        ServerLog.Loaded(context.Log, card.Name, clock.Elapsed.TotalSeconds, model.Precision.ToName());
        return model;
    }

    private static void WarmUp(MsfModel model, ModelCard card, ModelSpeed speed)
    {
        var clock = Stopwatch.StartNew();
        model.Sample(model.Request([0], seed: 0)).Dispose();
        if (clock.Elapsed < _longWarmUp)
        {
            clock.Restart();
            model.Sample(model.Request([0], seed: 0)).Dispose();
        }
        speed.Measured(card.Manifest.Model, card.Manifest.Sampling, 1, clock.Elapsed.TotalSeconds);
    }
}
