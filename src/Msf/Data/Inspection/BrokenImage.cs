namespace Msf.Data;

/// <summary>An image that cannot be used.</summary>
/// <param name="Name">The image, as <see cref="ILabeledSet.NameAt"/> gives it.</param>
/// <param name="Why">One line: what is wrong and what to do.</param>
public sealed record BrokenImage(string Name, string Why)
{
    /// <summary>Takes the reason from what was thrown, without the name where the message begins with it.</summary>
    internal static BrokenImage From(string name, Exception e) =>
        new(name, e.Message.StartsWith($"{name} is ", StringComparison.Ordinal) ? e.Message[(name.Length + 4)..] : e.Message);
}
