using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Evaluation;

/// <summary>
/// A set in NumPy's archive: <c>mu</c>, <c>sigma</c>, <c>count</c>; <c>mu_s</c>, <c>sigma_s</c> of spatial features, as ADM names them; <c>mu_bands</c>, <c>sigma_bands</c>; the rows that are
/// kept; and <c>description</c>, JSON as bytes.
/// </summary>
internal static class SetFile
{
    private const string Description = "description", Spatial = "_s", Bands = "_bands";

    private static readonly (string Name, ScalarType Type, string Written)[] _rows =
    [
        ("features", ScalarType.Float32, "<f4"), ("probabilities", ScalarType.Float32, "<f4"), ("pixels", ScalarType.Byte, "|u1"), ("labels", ScalarType.Int64, "<i8"), ("ids", ScalarType.Int64, "<i8"),
    ];

    /// <summary>Writes a set; the file appears complete or not at all.</summary>
    public static void Write(string path, SetParts parts, SetDescription description)
    {
        using var moments = parts.Moments();
        using var spatial = parts.SpatialMoments();
        using var bands = parts.EnergyMoments();
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            moments.Write(archive);
            spatial?.Write(archive, Spatial);
            bands?.Write(archive, Bands);
            RowStore[] stores = [parts.Features, parts.Probabilities, parts.Pixels, parts.Labels, parts.Ids];
            foreach (var (store, (name, _, written)) in stores.Zip(_rows))
            {
                using var scope = NewDisposeScope();
                if (store.Rows is not { } rows) continue;
                using var entry = NpyEntry.Start(archive, name, written, rows.shape);
                TensorBytes.Visit(rows, (piece, _) => entry.Write(piece));
            }
            var text = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(description, JsonFormat.Line));
            using (var entry = NpyEntry.Start(archive, Description, "|u1", text.Length)) entry.Write(text);
        });
    }

    /// <summary>Reads a set, or somebody else's statistics.</summary>
    /// <param name="path">The file.</param>
    /// <param name="goOn">Whether images will be added; else its moments stay as they are, to the last bit.</param>
    /// <exception cref="InvalidDataException">It is no such archive; its parts do not fit each other.</exception>
    public static (SetParts Parts, SetDescription Description) Read(string path, bool goOn)
    {
        using var scope = NewDisposeScope();
        using var archive = NpzArchive.Open(path);
        var moments = FeatureMoments.Read(archive);
        var spatial = archive.Names.Contains($"mu{Spatial}") ? FeatureMoments.Read(archive, Spatial) : null;
        var bands = archive.Names.Contains($"mu{Bands}") ? FeatureMoments.Read(archive, Bands) : null;
        try
        {
            var description = archive.Names.Contains(Description) ? ReadDescription(archive, path) : new SetDescription();
            var rows = _rows.Select(row => archive.Names.Contains(row.Name) ? ReadRows(archive, path, row.Name, row.Type) : null).ToArray();
            if (Fault(moments, bands, description, rows) is { } fault) throw new InvalidDataException($"{path}: {fault}.");
            RowStore Store(int i) => rows[i] is { } tensor ? new RowStore(description.Keep, tensor) : new RowStore(description.Keep);
            goOn &= moments.Count is not null;
            var parts = new SetParts(description.Keep)
            {
                Given = goOn ? null : moments,
                GivenSpatial = goOn ? null : spatial,
                GivenEnergies = goOn ? null : bands,
                Statistics = goOn ? new FeatureStatistics(moments) : null,
                Spatial = goOn && spatial?.Count is not null ? new FeatureStatistics(spatial) : null,
                Energies = goOn && bands?.Count is not null ? new FeatureStatistics(bands) : null,
                Features = Store(0),
                Probabilities = Store(1),
                Pixels = Store(2),
                Labels = Store(3),
                Ids = Store(4),
            };
            if (!goOn) return (parts, description);
            moments.Dispose();
            spatial?.Dispose();
            bands?.Dispose();
            return (parts, description);
        }
        catch
        {
            moments.Dispose();
            spatial?.Dispose();
            bands?.Dispose();
            throw;
        }
    }

    // What does not fit together; null where all does.
    private static string? Fault(FeatureMoments moments, FeatureMoments? bands, SetDescription description, Tensor?[] rows)
    {
        if (description.Validate() is { Count: > 0 } errors) return $"its description is wrong: {string.Join("; ", errors)}";
        if (rows.OfType<Tensor>().Select(row => row.shape[0]).Distinct().Count() > 1) return "its features, labels and pixels are not of as many images each";
        if (rows[0] is { } features && (features.shape[1] != moments.Width || !features.isfinite().all().item<bool>()))
            return $"features are {ShapeGuard.Format(features.shape)}, expected finite numbers (K, {moments.Width})";
        if (rows[1] is { } probabilities && (probabilities.min().item<float>() is not >= 0 || probabilities.max().item<float>() is not <= 1.01f)) return "probabilities are not all between 0 and 1";
        if ((rows[3] ?? rows[4]) is { } numbers && (numbers.shape[1] != 1 || (rows[4]?.shape[1] ?? 1) != 1)) return "labels and ids are more than one each";
        if (rows[3] is { } labels && (labels.min().item<long>() < -1 || labels.max().item<long>() >= Math.Max(description.Classes.Length, 0))) return $"a label is none of its {description.Classes.Length} classes";
        if (bands is not null && (description.ImageSize is not [var height, var width] || bands.Width != description.Factorization.Levels + Math.Min(height, width) / 2 + 1))
            return "its bands are not those of images of its size";
        return null;
    }

    private static SetDescription ReadDescription(NpzArchive archive, string path)
    {
        var text = archive.Read(Description);
        return text.dtype == ScalarType.Byte
            ? JsonFormat.Parse<SetDescription>(Encoding.UTF8.GetString(text.bytes), $"{path}: its description")
            : throw new InvalidDataException($"{path}: its description is no text.");
    }

    private static Tensor ReadRows(NpzArchive archive, string path, string name, ScalarType type)
    {
        var rows = archive.Read(name);
        return rows.dtype == type && rows.shape is [> 0, > 0]
            ? rows
            : throw new InvalidDataException($"{path}: {name} are {rows.dtype} {ShapeGuard.Format(rows.shape)}, expected {type} (K, width).");
    }
}
