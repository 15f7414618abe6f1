using System.Text.Json.Serialization;
using Msf.Data;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf encode --json</c> prints.</summary>
/// <param name="Cache">Folder.</param>
/// <param name="Complete">Whether all shards and the index are there.</param>
/// <param name="Count">Images in the cache once it is complete, as far as is known.</param>
/// <param name="ImageSize">Width and height of the images in pixels.</param>
/// <param name="Latent">Shape of a latent, channels, height, width.</param>
/// <param name="Flips">Whether mirrored images are in it.</param>
/// <param name="Shards">Number of shards.</param>
/// <param name="MissingShards">Shards that other writers have still to make.</param>
/// <param name="Autoencoder">Identity of the autoencoder.</param>
/// <param name="Encoded">Images that this run encoded.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="ImagesPerSecond">Images encoded a second.</param>
/// <param name="Broken">Images left out.</param>
internal sealed record EncodeReport(
    string Cache, bool Complete, int Count, int ImageSize, IReadOnlyList<int> Latent, bool Flips, int Shards, int MissingShards, string Autoencoder, int Encoded, double Seconds,
    double ImagesPerSecond, IReadOnlyList<BrokenImage> Broken);

/// <summary>Its serializer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(EncodeReport))]
internal sealed partial class EncodeJson : JsonSerializerContext;
