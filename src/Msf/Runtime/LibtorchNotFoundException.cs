namespace Msf.Runtime;

/// <summary>libtorch, or TorchSharp's native half of it, could not be found or loaded; the message says in one line what to do.</summary>
public sealed class LibtorchNotFoundException : DllNotFoundException
{
    /// <summary>Creates the exception; its message joins both parts.</summary>
    /// <param name="what">What was looked for and what was found, without a full stop.</param>
    /// <param name="remedy">What to do about it, without a full stop.</param>
    /// <param name="innerException">What the loader said, if it said something.</param>
    public LibtorchNotFoundException(string what, string remedy, Exception? innerException = null)
        : base($"{what}: {remedy}.", innerException) => (What, Remedy) = (what, remedy);

    /// <summary>What was looked for and what was found.</summary>
    public string What { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}
