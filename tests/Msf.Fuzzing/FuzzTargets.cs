namespace Msf.Fuzzing;

/// <summary>Every reader of a format that others write.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, (Func<FuzzTarget> Make, string[] Files)> _targets = new(StringComparer.Ordinal)
    {
        ["safetensors"] = (() => new SafetensorsTarget(), ["st_*", "*.safetensors"]),
        ["torch"] = (() => new TorchTarget(), ["*.pt", "*.ckpt"]),
        ["npz"] = (() => new NpzTarget(), ["*.npz"]),
        ["evaluation set"] = (() => new EvaluationSetTarget(), []),
        ["feature manifest"] = (() => new FeatureManifestTarget(), []),
        ["idx"] = (() => new IdxTarget(), ["idx*"]),
        ["cifar"] = (() => new CifarTarget(), ["cifar_*"]),
        ["png"] = (() => new PngTarget(), ["*.png"]),
        ["jpeg"] = (() => new PhotoTarget("jpeg"), []),
        ["webp"] = (() => new PhotoTarget("webp"), []),
        ["bmp"] = (() => new PhotoTarget("bmp"), []),
        ["parquet"] = (() => new ParquetTarget(), []),
        ["tar"] = (() => new TarTarget(), []),
        ["unpack"] = (() => new UnpackTarget(), []),
        ["run config"] = (() => new RunConfigTarget(), []),
        ["model.json"] = (() => new ModelFolderTarget(), []),
        ["classifier model.json"] = (() => new ClassifierFolderTarget(), []),
        ["autoencoder.json"] = (() => new AutoencoderFolderTarget(), []),
        ["digests.json"] = (() => new DigestsTarget(), []),
        ["import"] = (() => new ImportTarget(), []),
        ["import kl"] = (() => new KlImportTarget(), []),
        ["import taesd"] = (() => new TinyImportTarget(), []),
        ["config.json"] = (() => new ImportConfigTarget(), []),
        ["hub"] = (() => new HubTarget(), []),
        ["latents"] = (() => new LatentTarget(), []),
    };

    /// <summary>Names of all targets.</summary>
    public static IReadOnlyCollection<string> Names => _targets.Keys;

    /// <summary>A target with the inputs that it makes itself.</summary>
    public static FuzzTarget Create(string name) => _targets.TryGetValue(name, out var target)
        ? target.Make()
        : throw new ArgumentException($"there is no fuzz target \"{name}\"; choose one of {string.Join(", ", Names)}.", nameof(name));

    /// <summary>A target that starts from broken reference files too.</summary>
    /// <param name="name">Name of the target.</param>
    /// <param name="badFiles">Folder of the files; one that is not there adds nothing.</param>
    public static FuzzTarget Create(string name, string badFiles)
    {
        var target = Create(name);
        if (Directory.Exists(badFiles))
            target.Add(_targets[name].Files.SelectMany(pattern => Directory.GetFiles(badFiles, pattern)).Distinct().Order(StringComparer.Ordinal).Select(File.ReadAllBytes));
        return target;
    }
}
