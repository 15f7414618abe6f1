using System.Text.Json;
using Msf.Checkpoints;
using Msf.Models;
using Msf.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>The trained model that a run distils, loaded and checked.</summary>
internal sealed class DistillationTeacher : IDisposable
{
    private readonly DistillationConfig _config;
    private readonly DiffusionTransformer[] _networks;

    private DistillationTeacher(DistillationConfig config, ModelManifest manifest, DiffusionTransformer[] networks) =>
        (_config, Manifest, _networks) = (config, manifest, networks);

    /// <summary>What the teacher is.</summary>
    internal ModelManifest Manifest { get; }

    /// <summary>Loads the teacher of a run.</summary>
    /// <param name="config">The run.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="autoencoder">Identity of the autoencoder of the run's data, or null.</param>
    /// <returns>The teacher, owned by the caller; null where the run is no distillation.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidDataException">It is broken, another than that of the run, distilled itself, or of another architecture or data.</exception>
    internal static DistillationTeacher? Load(RunConfig config, Device device, string? autoencoder)
    {
        if (config.Distillation is not { } distillation) return null;
        var (manifest, networks) = ModelFolder.Read(distillation.Teacher);
        try
        {
            Require(manifest, config, distillation, autoencoder);
            foreach (var network in networks) network.to(device);
            return new DistillationTeacher(distillation, manifest, networks);
        }
        catch
        {
            foreach (var network in networks) network.Dispose();
            throw;
        }
    }

    /// <summary>The teacher of one stage; null for a stage that stays as it is.</summary>
    /// <param name="stage">0 (coarse) to S - 1 (fine).</param>
    /// <param name="type">Type of its products, Float32 or BFloat16.</param>
    internal WindowTeacher? Of(int stage, ScalarType type)
    {
        if (_config.Windows[stage] == 0) return null;
        _networks[stage].to(type);
        return new WindowTeacher(_networks[stage].Forward, Manifest.Diffusion, _config, stage, Manifest.Model.Classes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in _networks) network.Dispose();
    }

    private static void Require(ModelManifest manifest, RunConfig config, DistillationConfig distillation, string? autoencoder)
    {
        var folder = distillation.Teacher;
        DistillationPlan.RequireUndistilled(folder, manifest);
        if (ModelDistillation.IdentityOf(folder, manifest.Model) != distillation.TeacherIdentity)
            throw new InvalidDataException($"{folder} is not the teacher that this run was started with ({distillation.TeacherName}, {distillation.TeacherIdentity[..Math.Min(12, distillation.TeacherIdentity.Length)]}); give that one, or start a new run.");
        if (Text(manifest.Model) != Text(config.Model))
            throw new InvalidDataException($"the student is of another architecture than its teacher {folder}; leave the members of model as the teacher has them.");
        if ((manifest.Diffusion.Path, manifest.Diffusion.Prediction) != (config.Diffusion.Path, config.Diffusion.Prediction))
            throw new InvalidDataException($"the student has another path or prediction than its teacher {folder}; leave diffusion.path and diffusion.prediction as the teacher has them.");
        if (manifest.AutoencoderIdentity is { } identity && identity != autoencoder)
            throw new InvalidDataException($"{folder} makes latents of the autoencoder {identity[..12]}, and the data are {(autoencoder is null ? "pixels" : $"latents of {autoencoder[..12]}")}; give a latent cache of that autoencoder, or images and data.autoencoder.");

        static string Text(ModelConfig model) => JsonSerializer.Serialize(model with { Name = "" }, JsonFormat.Line);
    }
}
