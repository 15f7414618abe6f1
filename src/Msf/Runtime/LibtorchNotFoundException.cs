namespace Msf.Runtime;

/// <summary>libtorch, or TorchSharp's native half of it, could not be found or loaded; the message says in one line what to do.</summary>
public sealed class LibtorchNotFoundException : DllNotFoundException
{
    /// <summary>Creates the exception with a general message.</summary>
    public LibtorchNotFoundException() : this("libtorch could not be loaded.") { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what was looked for, what was found, what to do.</param>
    public LibtorchNotFoundException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what was looked for, what was found, what to do.</param>
    /// <param name="innerException">What the loader said.</param>
    public LibtorchNotFoundException(string message, Exception innerException) : base(message, innerException) { }
}
