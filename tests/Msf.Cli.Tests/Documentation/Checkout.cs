using Msf.Tests;

namespace Msf.Cli.Tests.Documentation;

/// <summary>The checkout that the tests were built in, and its documentation.</summary>
internal static class Checkout
{
    /// <summary>Set to 1, this environment variable has generated references written instead of compared.</summary>
    internal const string WriteVariable = "MSF_WRITE_DOCS";

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
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1") File.WriteAllText(path, expected);
        var actual = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        Assert.True(expected == actual, $"{page} is not what the program says now; write it with {WriteVariable}=1 dotnet test --filter Documentation");
    }
}
