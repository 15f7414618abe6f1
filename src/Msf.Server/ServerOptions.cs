namespace Msf.Server;

/// <summary>What a server of its own, as <c>msf serve</c> is one, serves, and where it listens.</summary>
public sealed record ServerOptions : MsfOptions
{
    /// <summary>Addresses to listen at. Others than loopback need a key. Default http://127.0.0.1:5080.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:5080"];

    /// <summary>Keys by the names of their owners; empty for none.</summary>
    public IReadOnlyDictionary<string, string> ApiKeys { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether logs are one JSON object a line; else one line for people. Both go to standard error. Default false.</summary>
    public bool JsonLogs { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Validate()
    {
        var errors = new List<string>(base.Validate());
        if (Urls.Count == 0) errors.Add("there is no address to listen at; give --urls http://127.0.0.1:5080");
        foreach (var url in Urls)
        {
            if (!Uri.TryCreate(url.Replace("//*", "//any.invalid", StringComparison.Ordinal).Replace("//+", "//any.invalid", StringComparison.Ordinal), UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp)
                errors.Add($"the address is \"{url}\", expected http://HOST:PORT, for example http://127.0.0.1:5080; for https put a proxy in front");
            else if (address.PathAndQuery != "/")
                errors.Add($"the address {url} has a path; give http://{address.Authority}, and let a proxy in front add one");
            else if (address is { Host: "localhost", Port: 0 })
                errors.Add($"{url} is two addresses, and no port is free at both for sure; give http://127.0.0.1:0, or a port");
            else if (!address.IsLoopback && ApiKeys.Count == 0)
                errors.Add($"{url} can be reached from other machines, and there is no key; give --api-key or --api-key-file, or listen at http://127.0.0.1:{address.Port}");
        }
        errors.AddRange(ApiKeys.Where(pair => pair.Value.Length < 16).Select(pair => $"the key of {pair.Key} has {pair.Value.Length} characters, expected at least 16; make one with: openssl rand -hex 32"));
        return errors;
    }
}
