using System.Text.Json.Serialization;
using Msf.Sampling;

namespace Msf.Cli.Commands;

/// <summary>What <c>msf bench --calibrate --json</c> prints.</summary>
/// <param name="File">Where the calibration was written.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Calibration">What was measured.</param>
internal sealed record CalibrationReport(string File, double Seconds, MachineCalibration Calibration);

/// <summary>Writes a <see cref="CalibrationReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CalibrationReport))]
internal sealed partial class CalibrationJson : JsonSerializerContext;
