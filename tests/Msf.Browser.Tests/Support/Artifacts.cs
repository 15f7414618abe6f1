namespace Msf.Browser.Tests;

/// <summary>What tests leave for people to look at: <c>artifacts/browser</c> in the repository, which git ignores.</summary>
internal static class Artifacts
{
    private static readonly string _folder = Directory.CreateDirectory(Path.Combine(Root(), "artifacts", "browser")).FullName;

    /// <summary>Path of a file.</summary>
    internal static string PathOf(string name) => Path.Combine(_folder, name);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Msf.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
