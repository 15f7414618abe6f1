namespace Msf.Evaluation;

/// <summary>A machine in a report.</summary>
/// <param name="Processor">Its processor.</param>
/// <param name="Device">Where networks were computed.</param>
/// <param name="Threads">Threads of libtorch.</param>
/// <param name="System">Operating system and .NET.</param>
/// <param name="Program">This program.</param>
/// <param name="Libtorch">libtorch's version.</param>
public sealed record EvaluationMachine(string Processor, string Device, int Threads, string System, string Program, string Libtorch);
