namespace Msf.Server;

/// <summary>Something that happened to a job.</summary>
/// <param name="Id">Rising from 1.</param>
/// <param name="Name">What.</param>
/// <param name="Data">More about it, written as JSON.</param>
internal sealed record JobEvent(long Id, string Name, object Data);
