namespace Msf.Runtime;

/// <summary>Which libtorch this process runs on and what was needed to load it.</summary>
/// <param name="Path">The folder that holds libtorch.</param>
/// <param name="Version">libtorch's version, for example <c>2.10.0</c>, or <c>unknown</c> where it does not say.</param>
/// <param name="Compatibility">One sentence: what was done so that it loads on this host.</param>
/// <param name="TorchSharpLibrary">The file of TorchSharp's native half that was loaded; a patched copy is not the package's own file.</param>
/// <param name="SelfTested">Whether the self-test for a foreign libtorch version ran (and passed).</param>
/// <param name="Cuda">Whether libtorch's CUDA libraries were loaded. A usable device is another question.</param>
public sealed record LibtorchReport(
    string Path, string Version, string Compatibility, string TorchSharpLibrary, bool SelfTested, bool Cuda);
