using Msf.Runtime;

namespace Msf.Server;

/// <summary>What to serve, and how.</summary>
public sealed record ServerOptions
{
    /// <summary>Folder of the model that requests without a name get.</summary>
    public required string Model { get; init; }

    /// <summary>Folder whose sub-folders are models on offer too; null for none. No request can make the server load anything else.</summary>
    public string? Models { get; init; }

    /// <summary>Folder of the gallery; made where it is missing.</summary>
    public required string Gallery { get; init; }

    /// <summary>Folder whose sub-folders are training runs to look at; null for none.</summary>
    public string? Runs { get; init; }

    /// <summary>Addresses to listen at. Others than loopback need a key. Default http://127.0.0.1:5080.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:5080"];

    /// <summary>Keys by the names of their owners; empty for none.</summary>
    public IReadOnlyDictionary<string, string> ApiKeys { get; init; } = new Dictionary<string, string>();

    /// <summary>Type of the products. Default auto.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Auto;

    /// <summary>Where to compute, <c>cpu</c> or <c>cuda[:i]</c>. Default cpu.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Whether logs are one JSON object a line; else one line for people. Both go to standard error. Default false.</summary>
    public bool JsonLogs { get; init; }

    /// <summary>Limits.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>Everything that is wrong, one line each; empty when usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>(Limits.Validate());
        if (Urls.Count == 0) errors.Add("there is no address to listen at; give --urls http://127.0.0.1:5080");
        foreach (var url in Urls)
        {
            if (!Uri.TryCreate(url.Replace("//*", "//any.invalid", StringComparison.Ordinal).Replace("//+", "//any.invalid", StringComparison.Ordinal), UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp)
                errors.Add($"the address is \"{url}\", expected http://HOST:PORT, for example http://127.0.0.1:5080; for https put a proxy in front");
            else if (!address.IsLoopback && ApiKeys.Count == 0)
                errors.Add($"{url} can be reached from other machines, and there is no key; give --api-key or --api-key-file, or listen at http://127.0.0.1:{address.Port}");
        }
        errors.AddRange(ApiKeys.Where(pair => pair.Value.Length < 16).Select(pair => $"the key of {pair.Key} has {pair.Value.Length} characters, expected at least 16; make one with: openssl rand -hex 32"));
        return errors;
    }
}
