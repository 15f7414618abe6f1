using System.Text.Json.Serialization;

namespace Msf.Cli.Commands;

/// <summary>Writes a <see cref="DoctorReport"/> as the contract names its members.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
