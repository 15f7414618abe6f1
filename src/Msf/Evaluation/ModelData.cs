using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Evaluation;

/// <summary>The images that a model is judged by.</summary>
public static class ModelData
{
    /// <summary>Opens a data set so that its labels are the model's: the classes of the model's names where the set has them all, else as many classes as the model has.</summary>
    /// <param name="manifest">The model.</param>
    /// <param name="source">What <see cref="ImageSources.Open"/> takes.</param>
    /// <returns>The images; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The set has neither the model's classes nor as many.</exception>
    /// <inheritdoc cref="ImageSources.Open" path="/exception"/>
    public static IImageSource Open(ModelManifest manifest, string source)
    {
        var images = ImageSources.Open(source);
        try
        {
            var names = manifest.ClassNames;
            if (names.Length > 0 && names.Distinct(StringComparer.Ordinal).Count() == names.Length && names.All(name => images.Classes.Any(c => c.Name == name)))
                return images.Classes.Select(c => c.Name).SequenceEqual(names) ? images : new ClassSubset(images, names);
            return images.Classes.Count == manifest.Model.Classes
                ? images
                : throw new ArgumentException(
                    $"{source} has {images.Classes.Count} classes and not those of the model ({string.Join(", ", names.Take(10))}{(names.Length > 10 ? ", ..." : "")}); give the kind of data that the model was trained on.",
                    nameof(source));
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>Requires images to be enough for statistics.</summary>
    /// <param name="name">What they are called.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="InvalidDataException">They are fewer than two.</exception>
    internal static void RequireSeveral(string name, int count)
    {
        if (count < 2) throw new InvalidDataException($"{name} has {count} {(count == 1 ? "image" : "images")}, too few for a covariance; samples are compared with at least 2, better with thousands.");
    }

    /// <summary>Side of the images that a model makes, in pixels.</summary>
    /// <param name="model">The model; with its autoencoder where it makes latents.</param>
    /// <exception cref="ArgumentException">It makes no images, or none that are square.</exception>
    public static int ImageSize(MsfModel model)
    {
        SampleEvaluator.RequireImages(model);
        return model.Manifest.Model.Size is [var height, var width] && height == width
            ? height * (model.Autoencoder?.Config.Factor ?? 1)
            : throw new ArgumentException($"{model.Manifest.Model.Name} makes images that are no squares; data is fitted to squares only.", nameof(model));
    }
}
