using Msf.Checkpoints;
using Msf.Models;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Builds a model whose averaged weights have a width chosen after training, from the snapshots of a run.</summary>
public static class PostHocAverage
{
    /// <summary>Builds the averages of all stages and writes a model folder.</summary>
    /// <param name="run">A run trained with <see cref="TrainingConfig.PostHocEma"/>.</param>
    /// <param name="relativeWidths">Relative width sigma_rel of every stage, coarse to fine, or one for all; stages that share a trunk have one.</param>
    /// <param name="images">Images of the run at which the averages end, those of a snapshot; null takes the newest.</param>
    /// <param name="model">Model folder to write; replaced when it exists.</param>
    /// <returns>Where the averages end, and of every stage how well its profile is met.</returns>
    /// <exception cref="ArgumentException">A width is out of range, there are as many as neither one nor the stages, or different ones for a shared trunk.</exception>
    /// <exception cref="DirectoryNotFoundException">The run has no snapshots.</exception>
    /// <exception cref="InvalidDataException">There is no snapshot at that many images, or one is damaged or of another model.</exception>
    /// <exception cref="IOException">The model folder could not be written.</exception>
    public static PostHocAverageResult Write(RunFolder run, IReadOnlyList<double> relativeWidths, long? images, string model)
    {
        foreach (var width in relativeWidths.Where(width => !(width is > 0 and <= PowerFunctionProfile.WidestRelativeWidth)))
            throw new ArgumentException($"the width is {width}, expected above 0, at most {PowerFunctionProfile.WidestRelativeWidth}.");
        var snapshots = Choose(run, images);
        var read = snapshots.Select(snapshot => (snapshot.Folder, Content: AverageSnapshots.Read(snapshot.Folder))).ToArray();
        var manifest = read[^1].Content.Manifest;
        var stages = manifest.Model.Stages.Length;
        if (relativeWidths.Count != 1 && relativeWidths.Count != stages)
            throw new ArgumentException($"{relativeWidths.Count} widths came for {stages} stages; give one, or one for every stage.");
        if (manifest.Model.SharedTrunk && relativeWidths.Distinct().Count() > 1)
            throw new ArgumentException($"the stages share a trunk, and its average has one width; give one width, not {string.Join(", ", relativeWidths)}.");

        using var scope = NewDisposeScope();
        var errors = new double[stages];
        var states = new Dictionary<string, Tensor>[stages];
        var (trunk, trunkError) = manifest.Model.SharedTrunk ? Build(read, new Part(0, IsTrunk: true), relativeWidths[0]) : ([], 0);
        for (var stage = 0; stage < stages; stage++)
        {
            (states[stage], errors[stage]) = Build(read, new Part(stage, IsTrunk: false), relativeWidths[stage % relativeWidths.Count]);
            foreach (var (name, tensor) in trunk) states[stage].Add(name, tensor);
            errors[stage] = Math.Max(errors[stage], trunkError);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(model))!);
        var autoencoder = manifest.AutoencoderIdentity is null ? null : Path.Combine(run.Model, ModelFolder.AutoencoderName);
        ModelFolder.Save(model, manifest with { StageDigests = null }, states, ScalarType.Float16, autoencoder);
        return new PostHocAverageResult(model, snapshots[^1].Images, snapshots.Count, errors);
    }

    private static IReadOnlyList<TrainingCheckpoint> Choose(RunFolder run, long? images)
    {
        var all = new AverageSnapshots(run).List();
        if (all.Count == 0)
            throw new DirectoryNotFoundException($"{run.Root} has no averages; train with --set training.postHocEma={{}} to have them.");
        if (images is null || all.Any(snapshot => snapshot.Images == images)) return [.. all.Where(snapshot => images is null || snapshot.Images <= images)];
        throw new InvalidDataException($"{run.Root} has no averages at {images} images; choose one of {string.Join(", ", all.Select(snapshot => snapshot.Images))}.");
    }

    private static (Dictionary<string, Tensor> State, double Error) Build((string Folder, AverageSnapshot Content)[] snapshots, Part part, double width)
    {
        var (newest, last) = snapshots[^1];
        var stored = Stored(snapshots, part);
        var target = PowerFunctionProfile.OfWidth(width, Math.Max(1, part.Images(last.Manifest)));
        var reconstruction = PostHocReconstruction.Solve([.. stored.Select(average => average.Profile)], target);
        var averages = stored.Zip(reconstruction.Coefficients, (average, coefficient) => (average.Folder, average.Tensor, coefficient));
        return (Combine(last.Manifest.Model, part, averages, newest), reconstruction.RelativeError);
    }

    // A stage that was not trained between two snapshots has the same averages in both: one of them says it all. A stage that was not
    // trained at all has its initial weights in each.
    private static List<(PowerFunctionProfile Profile, string Folder, int Tensor)> Stored((string Folder, AverageSnapshot Content)[] snapshots, Part part)
    {
        long Images(AverageSnapshot content) => part.Images(content.Manifest);
        if (Images(snapshots[^1].Content) == 0) return [(new PowerFunctionProfile(0, 1), snapshots[^1].Folder, 0)];
        return
        [
            .. snapshots.Where(snapshot => Images(snapshot.Content) > 0).DistinctBy(snapshot => Images(snapshot.Content))
                .SelectMany(snapshot => snapshot.Content.RelativeWidths.Select((width, i) =>
                    (PowerFunctionProfile.OfWidth(width, Images(snapshot.Content)), snapshot.Folder, i))),
        ];
    }

    private static Dictionary<string, Tensor> Combine(
        ModelConfig model, Part part, IEnumerable<(string Folder, int Tensor, double Coefficient)> averages, string newest)
    {
        using var network = new DiffusionTransformer(model.Transformer(part.Stage));
        var parameters = new FlatParameters(network, key => !model.SharedTrunk || SharedTrunk.Holds(key) == part.IsTrunk);
        var sum = zeros(parameters.Length);                                                   // (P)
        foreach (var folder in averages.GroupBy(average => average.Folder))
        {
            using var scope = NewDisposeScope();
            using var file = SafetensorsFile.Open(Path.Combine(folder.Key, part.File));
            foreach (var (_, tensor, coefficient) in folder)
            {
                var average = file.Read(AverageSnapshots.TensorName(tensor));
                if (!average.shape.SequenceEqual(sum.shape))
                    throw new InvalidDataException($"{folder.Key}: an average in {part.File} is {ShapeGuard.Format(average.shape)}, expected {ShapeGuard.Format(sum.shape)}.");
                sum.AddInPlace(average.Times(coefficient));
            }
        }
        var state = parameters.Unflatten(sum);
        using var last = SafetensorsFile.Open(Path.Combine(newest, part.File));
        foreach (var name in last.Tensors.Keys.Where(name => !AverageSnapshots.IsAverage(name))) state.Add(name, last.Read(name));
        return state;
    }

    /// <summary>What is averaged together: the own weights of a stage, or a shared trunk, which has seen the images of all stages.</summary>
    private sealed record Part(int Stage, bool IsTrunk)
    {
        internal string File => IsTrunk ? ModelFolder.TrunkName : ModelFolder.StageName(Stage);

        internal long Images(ModelManifest manifest) => IsTrunk ? manifest.Training!.ImagesPerStage.Sum() : manifest.Training!.ImagesPerStage[Stage];
    }
}
