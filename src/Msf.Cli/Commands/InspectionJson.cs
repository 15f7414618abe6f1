using System.Text.Json.Serialization;
using Msf.Data;

namespace Msf.Cli.Commands;

/// <summary>Writes an <see cref="InspectionReport"/> as the contract names its members.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, Converters = [typeof(SizeRangeConverter)])]
[JsonSerializable(typeof(InspectionReport))]
internal sealed partial class InspectionJson : JsonSerializerContext;
