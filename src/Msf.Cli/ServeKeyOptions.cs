using System.CommandLine;

namespace Msf.Cli;

/// <summary>Where <c>msf serve</c> has its keys from.</summary>
internal sealed class ServeKeyOptions
{
    private readonly Option<string?> _key = new("--api-key") { Description = "Key that requests must bring; better in a file, since other users of the machine see command lines.", HelpName = "KEY" };
    private readonly Option<string?> _file = new("--api-key-file") { Description = "File of keys, one a line: KEY, or NAME:KEY to tell clients apart in logs and in the queue.", HelpName = "FILE" };

    /// <summary>The options, in the order of the help.</summary>
    internal IEnumerable<Option> All => [_key, _file];

    /// <summary>Keys by the names of their owners.</summary>
    /// <exception cref="UsageException">A file is missing or has no keys, or a name twice.</exception>
    internal IReadOnlyDictionary<string, string> Read(ParseResult arguments)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        if (arguments.GetValue(_key) is { } key) keys["key"] = key;
        if (arguments.GetValue(_file) is not { } file) return keys;
        if (!File.Exists(file)) throw new UsageException($"--api-key-file {file} does not exist; make one with: openssl rand -hex 32 > {file}");
        var lines = File.ReadAllLines(file).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToArray();
        if (lines.Length == 0) throw new UsageException($"--api-key-file {file} has no keys; write one a line: KEY, or NAME:KEY.");
        for (var i = 0; i < lines.Length; i++)
        {
            var (name, secret) = lines[i].Split(':', 2) is [var owner, var rest] ? (owner.Trim(), rest.Trim()) : ($"key {i + 1}", lines[i]);
            if (!keys.TryAdd(name, secret)) throw new UsageException($"--api-key-file {file} has the name {name} twice; give every key its own.");
        }
        return keys;
    }
}
