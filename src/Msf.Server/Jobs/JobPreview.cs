using System.Text.Json.Serialization;

namespace Msf.Server;

/// <summary>What can be seen of some images of a job by now.</summary>
/// <param name="Stage">The stage that they are of.</param>
/// <param name="Complete">Whether it is finished.</param>
/// <param name="Pngs">PNG files with their places in the job.</param>
internal sealed record JobPreview(int Stage, bool Complete, [property: JsonIgnore] IReadOnlyList<(int Index, byte[] Png)> Pngs)
{
    /// <summary>Places in the job.</summary>
    public int[] Indices => [.. Pngs.Select(image => image.Index)];

    /// <summary>The files as addresses that hold their data.</summary>
    public string[] Images => [.. Pngs.Select(image => $"data:image/png;base64,{Convert.ToBase64String(image.Png)}")];
}
