using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Msf.Runtime;

namespace Msf.Tests;

/// <summary>Loads libtorch before the first test, which may use TorchSharp before any type of the library.</summary>
internal static class LoadLibtorch
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "A test may use TorchSharp before any type of the library.")]
    internal static void Initialize() => Libtorch.Initialize();
}
