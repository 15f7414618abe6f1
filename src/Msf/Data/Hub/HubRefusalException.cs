using System.Net;

namespace Msf.Data;

/// <summary>The hub refused a request for good; another try would not help.</summary>
/// <param name="status">Its answer.</param>
/// <param name="code">What the hub calls the reason, such as <c>GatedRepo</c>; null where it does not say.</param>
internal sealed class HubRefusalException(HttpStatusCode status, string? code) : Exception($"the hub answers {(int)status}")
{
    /// <summary>One line for people: what is wrong, and what to do.</summary>
    /// <param name="repository">What was asked for.</param>
    /// <param name="file">The file that was asked for, or null.</param>
    /// <param name="options">How it was asked.</param>
    internal HttpRequestException Explain(HubRepository repository, string? file, HubOptions options)
    {
        var (name, token) = (repository.Name, options.Token is not null);
        var line = (status, code) switch
        {
            (_, "GatedRepo") when token => $"{name} is gated, and the account of HF_TOKEN has no access: accept its terms at {Page(options, name)}",
            (_, "GatedRepo") => $"{name} is gated: accept its terms at {Page(options, name)} and set HF_TOKEN to a token of that account",
            (HttpStatusCode.NotFound, "RevisionNotFound") => $"{name} has no revision \"{repository.Revision}\"; give a branch, a tag or a commit behind the @",
            (HttpStatusCode.NotFound, "EntryNotFound") when file is not null => $"{name} has no file {file} at \"{repository.Revision}\"",
            (HttpStatusCode.NotFound, _) => $"there is no model {name} at {options.Endpoint.Host}, and no such file or folder here; check the name{(token ? "" : ", or set HF_TOKEN if it is private")}",
            (HttpStatusCode.Unauthorized, _) when token => $"{name}: the hub takes the token of HF_TOKEN for none (401), or there is no such model; make a new token, or check the name",
            (HttpStatusCode.Unauthorized, _) => $"there is no model {name} at {options.Endpoint.Host}, or it is private or gated (401); check the name, or set HF_TOKEN to a token that may read it",
            _ => $"{name}: the hub refuses ({(int)status}): the token{(token ? " of HF_TOKEN" : "")} may not read it; set HF_TOKEN to one that may",
        };
        return new HttpRequestException($"{line}.", this, status);
    }

    private static string Page(HubOptions options, string name) => $"{options.Endpoint.GetLeftPart(UriPartial.Authority)}/{name}";
}
