using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Msf.Server;

/// <summary>What all workers share.</summary>
/// <param name="Options">What is served, and how.</param>
/// <param name="Device">Where they compute.</param>
/// <param name="Gallery">Where images go.</param>
/// <param name="Turn">Who computes.</param>
/// <param name="Time">The clock.</param>
/// <param name="Meter">What is counted.</param>
/// <param name="Log">What is said.</param>
internal sealed record EngineContext(MsfOptions Options, Device Device, ImageGallery Gallery, ComputeTurn Turn, TimeProvider Time, EngineMeter Meter, ILogger Log);
