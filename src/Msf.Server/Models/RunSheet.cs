namespace Msf.Server;

/// <summary>A sample sheet of a run.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Images">Images that the run was trained on by then.</param>
/// <param name="Url">Its address.</param>
public sealed record RunSheet(string File, long Images, string Url);
