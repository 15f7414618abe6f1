namespace Msf.Client;

/// <summary>An error of the server.</summary>
/// <param name="Message">What was expected, what came, what to do.</param>
/// <param name="Type">Kind of error.</param>
/// <param name="Param">The member that is wrong, or null.</param>
/// <param name="Code">A word for programs.</param>
public sealed record ErrorDetail(string Message, string? Type, string? Param, string? Code);
