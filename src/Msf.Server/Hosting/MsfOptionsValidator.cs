using Microsoft.Extensions.Options;

namespace Msf.Server;

/// <summary>Refuses options that make no sense, all that is wrong in one line.</summary>
internal sealed class MsfOptionsValidator : IValidateOptions<MsfOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MsfOptions options) =>
        options.Validate() is { Count: > 0 } errors ? ValidateOptionsResult.Fail($"AddMsf cannot use these options: {string.Join("; ", errors)}.") : ValidateOptionsResult.Success;
}
