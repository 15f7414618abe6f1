namespace Msf.Server;

/// <summary>Where a model's worker stands.</summary>
internal enum ModelState
{
    /// <summary>The weights are being read and the first image is made.</summary>
    Loading,

    /// <summary>It takes images.</summary>
    Ready,

    /// <summary>It takes no more and finishes what runs.</summary>
    Stopping,

    /// <summary>It has ended; its memory is free.</summary>
    Ended,
}
