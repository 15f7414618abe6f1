using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Msf.Runtime;

/// <summary>Random numbers that depend on what they are for, not on when or in which batch they are drawn.</summary>
public static class SeededNoise
{
    private const ulong GoldenRatio = 0x9E3779B97F4A7C15;
    private const long NormalStream = 0x4E6F726D616C;  // keeps Normal apart from Generator(seed, stage): "Normal" in ASCII

    /// <summary>Mixes a seed and the numbers that name a stream into 64 bits.</summary>
    /// <remarks>
    /// <c>h = mix(seed + g)</c>, then <c>h = mix((h xor mix(n + g)) + g)</c> for every number n in turn, where g is 2^64 over the
    /// golden ratio and mix the finaliser of SplitMix64 (Steele, Lea and Flood 2014). The order and the count of the numbers matter.
    /// </remarks>
    /// <param name="seed">The user's seed.</param>
    /// <param name="stream">What the numbers are for, for example (step, rank).</param>
    /// <returns>A seed; any 64 bits.</returns>
    public static long Mix(long seed, params ReadOnlySpan<long> stream)
    {
        var h = Finalise(unchecked((ulong)seed + GoldenRatio));
        foreach (var n in stream) h = Finalise(unchecked((h ^ Finalise((ulong)n + GoldenRatio)) + GoldenRatio));
        return unchecked((long)h);
    }

    /// <summary>Makes a generator for TorchSharp's random functions, on the CPU.</summary>
    /// <remarks>libtorch's CPU generator uses the lower 32 bits of a seed alone: for many short streams take <see cref="Normal(long, int, ReadOnlySpan{long}, ReadOnlySpan{long}, Device)"/>.</remarks>
    /// <param name="seed">The user's seed.</param>
    /// <param name="stream">What the numbers are for, for example (step, rank).</param>
    /// <returns>A generator seeded with <see cref="Mix"/>, owned by the caller.</returns>
    public static Generator Generator(long seed, params ReadOnlySpan<long> stream) => new(unchecked((ulong)Mix(seed, stream)), CPU);

    /// <summary>Standard normal noise for a batch of images, one stream per image.</summary>
    /// <remarks>
    /// Row i is a function of (seed, stage, imageIndices[i]) and nothing else: the same in any batch, on any device and with any
    /// libtorch. Computed on the CPU by a counter-based generator in which no two images of a stage share a block.
    /// </remarks>
    /// <param name="seed">The user's seed.</param>
    /// <param name="stage">Which stage draws, so that stages do not share noise; any number.</param>
    /// <param name="imageIndices">The images' places in the whole run, B of them.</param>
    /// <param name="shapePerImage">The shape of one image's noise, for example (C, H, W).</param>
    /// <param name="device">Where the result shall be.</param>
    /// <returns>(B, ...shapePerImage), float32, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">A size is not positive, or there are more than 2^31 numbers.</exception>
    public static Tensor Normal(long seed, int stage, ReadOnlySpan<long> imageIndices, ReadOnlySpan<long> shapePerImage, Device device) =>
        Normal(seed, [stage], imageIndices, shapePerImage, device);

    /// <inheritdoc cref="Normal(long, int, ReadOnlySpan{long}, ReadOnlySpan{long}, Device)"/>
    /// <param name="seed">The user's seed.</param>
    /// <param name="stream">What the numbers are for, for example (stage, step); their order and count matter, and (stage) is that of the other overload.</param>
    /// <param name="imageIndices">The images' places in the whole run, B of them.</param>
    /// <param name="shapePerImage">The shape of one image's noise, for example (C, H, W).</param>
    /// <param name="device">Where the result shall be.</param>
    public static Tensor Normal(
        long seed, ReadOnlySpan<long> stream, ReadOnlySpan<long> imageIndices, ReadOnlySpan<long> shapePerImage, Device device) =>
        Normal([seed], stream, imageIndices, shapePerImage, device);

    /// <inheritdoc cref="Normal(long, int, ReadOnlySpan{long}, ReadOnlySpan{long}, Device)"/>
    /// <summary>The same for images of different seeds: row i is what <c>seeds[i]</c> alone gives for it.</summary>
    /// <param name="seeds">Seed of every image, B of them, or one for all.</param>
    /// <param name="stream">What the numbers are for, for example (stage, step); their order and count matter.</param>
    /// <param name="imageIndices">The images' places in the whole run, B of them.</param>
    /// <param name="shapePerImage">The shape of one image's noise, for example (C, H, W).</param>
    /// <param name="device">Where the result shall be.</param>
    public static Tensor Normal(
        ReadOnlySpan<long> seeds, ReadOnlySpan<long> stream, ReadOnlySpan<long> imageIndices, ReadOnlySpan<long> shapePerImage, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (seeds.Length != 1 && seeds.Length != imageIndices.Length)
            throw new ArgumentException($"{seeds.Length} seeds came for {imageIndices.Length} images; give one each, or one for all.", nameof(seeds));
        long perImage = 1;
        foreach (var size in shapePerImage)
        {
            if (size <= 0)
                throw new ArgumentException($"shape per image is {ShapeGuard.Format(shapePerImage)}, expected positive sizes.", nameof(shapePerImage));
            perImage = Math.Min(perImage, int.MaxValue) * Math.Min(size, int.MaxValue);
        }
        if (perImage > Array.MaxLength || perImage * imageIndices.Length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{imageIndices.Length} images of {ShapeGuard.Format(shapePerImage)} are more than {Array.MaxLength} numbers: draw fewer at once.",
                nameof(imageIndices));
        }

        var key = 0UL;
        var numbers = new float[perImage * imageIndices.Length];
        for (var i = 0; i < imageIndices.Length; i++)
        {
            if (i < seeds.Length) key = unchecked((ulong)Mix(seeds[i], [NormalStream, .. stream]));
            Philox.FillNormal(numbers.AsSpan((int)(i * perImage), (int)perImage), key, unchecked((ulong)imageIndices[i]));
        }

        using var scope = NewDisposeScope();
        long[] shape = [imageIndices.Length, .. shapePerImage];
        return tensor(numbers, shape).to(device).MoveToOuterDisposeScope();  // (B, ...shapePerImage)
    }

    /// <summary>
    /// Seeds the process-wide generator, which initialises parameters and drives dropout. Nothing else may seed it.
    /// </summary>
    /// <param name="seed">The user's seed.</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "This is the one place that seeds the global generator.")]
    public static void SeedGlobalGenerator(long seed)
    {
        Libtorch.Initialize();
        using var generator = manual_seed(seed);
    }

    private static ulong Finalise(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
