using System.Text.RegularExpressions;

namespace Msf.Load;

/// <summary>Files that a server made where it should not.</summary>
internal static partial class FolderWatch
{
    /// <summary>What is there around the server: its folder's neighbours and the working folder.</summary>
    internal static HashSet<string> Snapshot(string folder) => [.. Around(folder)];

    /// <summary>Files that came, but for images of the gallery and its thumbnails.</summary>
    internal static IReadOnlyList<string> Strangers(string folder, HashSet<string> before) =>
        [.. Around(folder).Where(file => !before.Contains(file) && !Expected().IsMatch(Path.GetRelativePath(folder, file)))];

    private static IEnumerable<string> Around(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Path.GetDirectoryName(folder)!, "*.png"));

    [GeneratedRegex(@"^gallery/([0-9a-f]{26}\.png(\.tmp-[0-9a-f]{8})?|\.thumbnails/[0-9a-f]+/\d+\.png|bases/[0-9a-f]{26}\.png(\.tmp-[0-9a-f]{8})?)\z")]
    private static partial Regex Expected();
}
