namespace Msf.Tests;

/// <summary>Finds the reference files that do not travel with the repository (MSF_SHARED, else ../shared beside the checkout).</summary>
internal static class SharedFiles
{
    public static string? Root { get; } = Find();

    /// <summary>The path of a shared file; skips the running test, with the reason, where there is none.</summary>
    public static string Require(params string[] parts)
    {
        Assert.SkipWhen(Root is null, "needs the shared reference files: set MSF_SHARED or put them in ../shared beside the checkout");
        return Path.Combine([Root!, .. parts]);
    }

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("MSF_SHARED");
        if (!string.IsNullOrEmpty(named)) return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Msf.slnx"))) continue;
            var beside = Path.Combine(folder.FullName, "..", "shared");
            return Directory.Exists(Path.Combine(beside, "golden")) ? Path.GetFullPath(beside) : null;
        }
        return null;
    }
}
