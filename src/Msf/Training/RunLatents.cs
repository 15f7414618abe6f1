using Msf.Autoencoders;

namespace Msf.Training;

/// <summary>The autoencoder of a run that trains on latents.</summary>
/// <param name="Autoencoder">Decodes sample sheets, and encodes where there is no cache.</param>
/// <param name="Folder">Where it came from; copied into the model folder.</param>
internal sealed record RunLatents(IAutoencoder Autoencoder, string Folder) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Autoencoder.Dispose();
}
