namespace Msf.Server;

/// <summary>Paths of the interface.</summary>
internal static class Links
{
    /// <summary>Of a job.</summary>
    internal static string Job(string id) => $"/api/jobs/{id}";

    /// <summary>Of a job's events.</summary>
    internal static string Events(string id) => $"/api/jobs/{id}/events";

    /// <summary>Of a job's newest preview.</summary>
    internal static string Preview(string id) => $"/api/jobs/{id}/preview.png";

    /// <summary>Of the base stage of an image of the gallery.</summary>
    internal static string Base(string id) => $"/api/gallery/{id}/base.png";

    /// <summary>Of an image of the gallery.</summary>
    internal static string Image(string id) => $"/api/gallery/{id}.png";
}
