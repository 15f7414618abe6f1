using System.Text.RegularExpressions;

namespace Msf.Tests;

/// <summary>The checkout that the tests were built in, for the tests that look at sources and at files committed beside them.</summary>
internal static partial class SourceTree
{
    /// <summary>Set to 1, this environment variable has the files that tests hold true written instead of compared: references, tables, snapshots.</summary>
    public const string WriteVariable = "MSF_WRITE_DOCS";

    /// <summary>Whether those files are to be written.</summary>
    public static bool IsWriting { get; } = Environment.GetEnvironmentVariable(WriteVariable) == "1";

    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>Path of something in the checkout.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>C# files written by people below a folder of the checkout, relative to it, sorted; none where there is no folder.</summary>
    public static IReadOnlyList<string> Sources(params string[] folder)
    {
        var root = Path(folder);
        if (!Directory.Exists(root)) return [];
        return
        [
            .. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(file => System.IO.Path.GetRelativePath(root, file).Replace('\\', '/'))
                .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Code without its comments; every line stays where it was.</summary>
    public static string WithoutComments(string code) => CommentsAndLiterals().Replace(
        code, match => match.Value[0] == '/' ? new string('\n', match.Value.Count(c => c == '\n')) : match.Value);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Msf.slnx"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} has Msf.slnx: run the tests from a checkout.");
    }

    // Literals come first, so that what looks like a comment inside one is none.
    [GeneratedRegex("""
        "{3}.*?"{3} | @\$?"(?:[^"]|"")*" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+' | //[^\n]* | /\*.*?\*/
        """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex CommentsAndLiterals();
}
