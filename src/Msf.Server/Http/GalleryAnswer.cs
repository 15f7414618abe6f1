namespace Msf.Server;

/// <summary>An image of the gallery.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Url">Its address.</param>
/// <param name="Base">Address of its base stage; null where that is not kept.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Kind">What job made it; null where the file does not say.</param>
/// <param name="Index">Its place in the job; null where the file does not say.</param>
/// <param name="Settings">What it was made with; null where the file does not say.</param>
public sealed record GalleryItem(string Id, string Url, string? Base, DateTimeOffset Created, JobKind? Kind, int? Index, GenerationSettings? Settings);

/// <summary>Some images of the gallery.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">What to send as <c>before</c> for the next ones; null at the end.</param>
public sealed record GalleryPage(IReadOnlyList<GalleryItem> Items, string? Next);
