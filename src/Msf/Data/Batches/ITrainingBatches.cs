namespace Msf.Data;

/// <summary>
/// What a diffusion model is trained on: batches of targets (pixels, or latents of about unit deviation) in a seeded, shuffled order that can be
/// resumed at any example. Not thread-safe.
/// </summary>
public interface ITrainingBatches : IDisposable
{
    /// <summary>Number of examples, which is the length of an epoch.</summary>
    public int Count { get; }

    /// <summary>Shape of an example, (C, H, W); of those of the first bucket where there are several sizes.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Examples visited so far; set it to go on from there. Epoch e begins at e x <see cref="Count"/>, with several sizes up to a batch of each earlier.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a negative number.</exception>
    public long Position { get; set; }

    /// <summary>The batch at the present position; the position then moves on by its size.</summary>
    /// <param name="size">Number of examples, at least 1; a batch may reach over the end of an epoch.</param>
    /// <param name="cancellation">Ends a wait for loader threads; the position stays.</param>
    /// <returns>Targets and labels, on the CPU, owned by the caller's dispose scope or by the caller.</returns>
    /// <exception cref="InvalidDataException">More examples are broken than allowed; the message names some.</exception>
    /// <exception cref="IOException">An example could not be read for a reason that is no property of it; the position stays.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    /// <exception cref="ObjectDisposedException">This loader was disposed.</exception>
    public Batch Next(int size, CancellationToken cancellation = default);

    /// <summary>Examples by index, never augmented.</summary>
    /// <param name="indices">Places in the source, at least one, all of one size; a broken example is replaced as in training.</param>
    /// <returns>Targets and labels, on the CPU, owned by the caller's dispose scope or by the caller.</returns>
    /// <exception cref="ArgumentException">There is no such example, or no index.</exception>
    /// <exception cref="InvalidDataException">More examples are broken than allowed; the message names some.</exception>
    /// <exception cref="IOException">An example could not be read for a reason that is no property of it.</exception>
    public Batch At(ReadOnlySpan<int> indices);

    /// <summary>Divides examples by their size, so that <see cref="At"/> takes each part.</summary>
    /// <param name="indices">Places in the source.</param>
    /// <returns>All of them, in parts of one size each; one part where all examples have the same.</returns>
    public IEnumerable<int[]> Alike(IReadOnlyList<int> indices) => [[.. indices]];
}
