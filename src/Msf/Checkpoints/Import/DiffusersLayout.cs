namespace Msf.Checkpoints;

/// <summary>How diffusers lays out a model on disk: <c>diffusion_pytorch_model.safetensors</c> with its <c>config.json</c>, in a pipeline's folder below the part's name.</summary>
internal static class DiffusersLayout
{
    /// <summary>Name of the weights, without their ending.</summary>
    internal const string WeightsName = "diffusion_pytorch_model";

    /// <summary>Name of the configuration beside them.</summary>
    internal const string ConfigName = "config.json";

    /// <summary>The file with the weights of a part: a file as it is; of a folder diffusers' file, else the only one, else that of the part below it.</summary>
    /// <param name="source">File or folder.</param>
    /// <param name="part">Name of the part in a pipeline, such as <c>vae</c>.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">There are several.</exception>
    internal static string Find(string source, string part)
    {
        if (!Directory.Exists(source)) return ForeignWeights.Find(source);
        var below = Path.Combine(source, part);
        return Preferred(source) ?? (ForeignWeights.All(source).Length == 0 && Directory.Exists(below) ? Preferred(below) ?? ForeignWeights.Find(below) : ForeignWeights.Find(source));
    }

    /// <summary>Diffusers' file in a folder, without the variants that stand beside it; null where there is none.</summary>
    internal static string? Preferred(string folder) =>
        ForeignWeights.All(folder).FirstOrDefault(file => Path.GetFileNameWithoutExtension(file) == WeightsName);

    /// <summary>The configuration beside weights; null where there is none.</summary>
    internal static string? ConfigBeside(string weights)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(weights))!, ConfigName);
        return File.Exists(path) ? path : null;
    }
}
