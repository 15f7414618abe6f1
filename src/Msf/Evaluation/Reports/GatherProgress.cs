namespace Msf.Evaluation;

/// <summary>Where the gathering of images stands.</summary>
/// <param name="Set">What is gathered: <c>data</c>, <c>held-out</c> or <c>samples</c>.</param>
/// <param name="Done">Images whose features are known.</param>
/// <param name="Count">Images in all.</param>
public readonly record struct GatherProgress(string Set, int Done, int Count);
