using System.Text.Json.Serialization;

namespace Msf.Evaluation;

/// <summary>A feature network in a report.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Width">Number of features.</param>
/// <param name="Classes">Classes that it tells; 0 where none.</param>
/// <param name="Resizing">How images come to the size that it takes.</param>
/// <param name="HeldOutAccuracy">Of a classifier of this project the share of held-out images that it tells right; null for others.</param>
public sealed record FeaturesInReport(
    string Name, string Digest, int Width, int Classes, string Resizing, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? HeldOutAccuracy = null);
