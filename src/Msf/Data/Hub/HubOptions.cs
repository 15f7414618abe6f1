using Msf.Runtime;

namespace Msf.Data;

/// <summary>Where the hub is, who asks, and where files are kept; the variables are those that users of the hub know.</summary>
public sealed record HubOptions
{
    private const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>Address of the hub: <c>HF_ENDPOINT</c>, by default the public one.</summary>
    public Uri Endpoint { get; init; } = new(DefaultEndpoint);

    /// <summary>Token for private and gated models: <c>HF_TOKEN</c>; null for none. It is sent to the endpoint alone.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// Folder of the cache, in the layout of the hub's own programs: <c>HF_HUB_CACHE</c>, else <c>hub</c> below <c>HF_HOME</c>, else below the cache
    /// folder of this project.
    /// </summary>
    public string CacheFolder { get; init; } = Path.Combine(NativeCache.Root, "hub");

    /// <summary>Whether nothing is asked and the cache alone is used: <c>HF_HUB_OFFLINE</c> is 1.</summary>
    public bool Offline { get; init; }

    /// <summary>How patient downloads are.</summary>
    public DownloadOptions Download { get; init; } = new();

    /// <summary>What the environment says.</summary>
    /// <exception cref="ArgumentException">A variable has no usable value.</exception>
    public static HubOptions FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>What variables say.</summary>
    internal static HubOptions From(Func<string, string?> variable)
    {
        string? Value(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;
        var endpoint = Value("HF_ENDPOINT") ?? DefaultEndpoint;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"HF_ENDPOINT is \"{endpoint}\", expected the address of a hub, such as {DefaultEndpoint}.");
        var token = Value("HF_TOKEN");
        if (token is not null && !token.All(letter => letter is > ' ' and < '\u007f')) throw new ArgumentException("HF_TOKEN is no token: it has spaces or other letters in it.");
        return new HubOptions
        {
            Endpoint = address,
            Token = token,
            CacheFolder = Value("HF_HUB_CACHE") ?? (Value("HF_HOME") is { } home ? Path.Combine(home, "hub") : new HubOptions().CacheFolder),
            Offline = Value("HF_HUB_OFFLINE") is "1" or "true" or "yes" or "on",
        };
    }
}
