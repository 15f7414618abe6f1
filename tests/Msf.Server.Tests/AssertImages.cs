using Msf.Data;

namespace Msf.Server.Tests;

/// <summary>Pictures of tests.</summary>
internal static class AssertImages
{
    /// <summary>Requires that two files show the same up to a level, which another batch may round differently.</summary>
    internal static void Close(byte[] expected, byte[] actual)
    {
        var (a, b) = (ImageDecoder.Decode(expected, "expected"), ImageDecoder.Decode(actual, "actual"));
        Assert.Equal((a.Width, a.Height), (b.Width, b.Height));
        Assert.True(a.Pixels.Zip(b.Pixels).All(pair => Math.Abs(pair.First - pair.Second) <= 1), "pixels differ");
    }

    /// <summary>A grey picture.</summary>
    internal static RgbImage Picture(int width, int height, Func<int, int, byte> grey) => new(
        [.. Enumerable.Range(0, width * height).SelectMany(i => Enumerable.Repeat(grey(i % width, i / width), 3))], width, height);
}
