namespace Msf.Fuzzing;

/// <summary>A reader of a format that others write, with valid inputs, and what it may do to any other.</summary>
internal abstract class FuzzTarget : IDisposable
{
    private IReadOnlyList<byte[]>? _corpus;

    /// <summary>Name in tables and in file names.</summary>
    public abstract string Name { get; }

    /// <summary>The inputs that others are made of: the target's own, then those that were added.</summary>
    public IReadOnlyList<byte[]> Corpus => _corpus ??= [.. MakeCorpus()];

    /// <summary>Pieces that the format is made of, to be inserted and to replace others.</summary>
    protected virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>Most bytes that reading an input may take, whatever the input says.</summary>
    /// <param name="length">Bytes of the input.</param>
    public abstract long Allowance(long length);

    /// <summary>Adds inputs, for example files that are broken on purpose.</summary>
    public void Add(IEnumerable<byte[]> inputs) => _corpus = [.. Corpus, .. inputs];

    /// <summary>A damaged input, a function of what <paramref name="random"/> gives.</summary>
    public virtual byte[] Mutate(FuzzRandom random) => Mutator.Change(random, random.Pick(Corpus), Corpus, Words);

    /// <summary>Reads an input as the program does.</summary>
    /// <returns>Bytes of tensors that were read: memory that the runtime's own count leaves out.</returns>
    /// <exception cref="InvalidDataException">The input is refused: the one exception that is allowed.</exception>
    public abstract long Read(byte[] input);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>Small valid inputs that differ in what they use of the format; the same bytes every time.</summary>
    protected abstract IEnumerable<byte[]> MakeCorpus();
}
