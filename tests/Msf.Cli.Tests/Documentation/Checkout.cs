using Msf.Tests;

namespace Msf.Cli.Tests.Documentation;

/// <summary>The checkout that the tests were built in, and its documentation.</summary>
internal static class Checkout
{
    /// <summary>The folder with the solution.</summary>
    internal static string Root => SourceTree.Root;

    /// <summary>All Markdown files that people read, relative to the checkout.</summary>
    internal static IEnumerable<string> Pages => Directory.EnumerateFiles(Root, "*.md", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules" || part.StartsWith('.')))
        .Order(StringComparer.Ordinal);

    /// <summary>Requires a generated file to be as it would be generated now, or writes it where that is asked for.</summary>
    /// <param name="page">Relative to the checkout.</param>
    /// <param name="expected">Its text.</param>
    internal static void RequireGenerated(string page, string expected)
    {
        var path = Path.Combine(Root, page);
        if (SourceTree.IsWriting) File.WriteAllText(path, expected);
        var actual = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        Assert.True(expected == actual, $"{page} is not what the program says now; write it with {SourceTree.WriteVariable}=1 dotnet test --filter Documentation");
    }

    /// <summary>Requires a generated file that nothing generates any more to be gone, or deletes it where references are written.</summary>
    /// <param name="page">Relative to the checkout.</param>
    internal static void RequireAbsent(string page)
    {
        if (SourceTree.IsWriting) File.Delete(Path.Combine(Root, page));
        Assert.False(File.Exists(Path.Combine(Root, page)), $"{page} is of something that is gone; delete it");
    }
}
