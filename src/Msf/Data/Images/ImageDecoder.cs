using System.Runtime.InteropServices;
using SkiaSharp;

namespace Msf.Data;

/// <summary>
/// Decodes PNG, JPEG, WebP and BMP files to 8-bit RGB. Alpha is dropped, not blended; 16-bit samples keep their high byte;
/// embedded colour profiles and EXIF orientation are ignored, as in the usual data preparation scripts.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Larger images are refused before anything is allocated for them.</summary>
    public const long MaximumPixels = 100_000_000;

    /// <summary>Pixels that a JPEG, WebP or BMP file may have whatever its length: 2048 x 2048.</summary>
    internal const long FreePixels = 4 << 20;

    /// <summary>
    /// Pixels beyond <see cref="FreePixels"/> for every byte of the file, so that a few bytes do not claim gigabytes. A JPEG has at most 512; a PNG
    /// is inflated before, which proves its size.
    /// </summary>
    internal const long MostPixelsPerByte = 1024;

    private static readonly string[] _extensions = [".png", ".jpg", ".jpeg", ".webp", ".bmp"];

    /// <summary>Whether the file's extension is one that <see cref="Decode(string)"/> is for: png, jpg, jpeg, webp or bmp.</summary>
    public static bool IsImageFile(string path) => _extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Decodes an image file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, too large or of another kind; the message says which.</exception>
    public static RgbImage Decode(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no image file {path}.", path);
        return Decode(File.ReadAllBytes(path), Path.GetFileName(path));
    }

    /// <summary>Decodes the bytes of an image file; the kind is told by the first bytes, not by the name.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call the file in messages.</param>
    /// <exception cref="InvalidDataException">The file is damaged, too large or of another kind; the message says which.</exception>
    public static RgbImage Decode(byte[] file, string name)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Length == 0) throw new InvalidDataException($"{name} is empty. Replace or remove the file.");
        var kind = ImageKinds.Of(file);
        // A file that calls itself a PNG and is none of the others gets the PNG reader's reason.
        if (kind == ImageKind.Unknown && Path.GetExtension(name).Equals(".png", StringComparison.OrdinalIgnoreCase)) kind = ImageKind.Png;
        if (kind == ImageKind.Png)
            PngStructure.Validate(file, name);
        else if (kind == ImageKind.Unknown)
            throw new InvalidDataException($"{name} is not a PNG, JPEG, WebP or BMP file. Convert or remove it.");
        return DecodeWithSkia(file, kind, name);
    }

    /// <summary>The size of an image by its header alone; what follows may be damaged.</summary>
    /// <param name="file">The whole file.</param>
    /// <returns>The size; null where the header tells none.</returns>
    public static PixelSize? ReadSize(byte[] file)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        return codec is { Info: { Width: > 0, Height: > 0 } info } ? new PixelSize(info.Width, info.Height) : null;
    }

    private static RgbImage DecodeWithSkia(byte[] file, ImageKind kind, string name)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data)
            ?? throw new InvalidDataException($"{name} is not a usable {kind.Title()} image: its header is damaged. "
                + "Replace or remove the file.");
        int width = codec.Info.Width, height = codec.Info.Height;
        if ((long)width * height > MaximumPixels)
            throw new InvalidDataException($"{name} is {width}x{height}, more than the {MaximumPixels} pixels accepted. Make it smaller.");
        if (kind != ImageKind.Png && (long)width * height > FreePixels + MostPixelsPerByte * file.Length)
            throw new InvalidDataException($"{name} claims {width}x{height} pixels in {file.Length} bytes, which no photograph needs so few for. Replace or remove the file.");

        // Unpremultiplied and without a colour space: the file's own sample values.
        var rgba = new byte[4L * width * height];
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var pin = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        SKCodecResult result;
        try
        {
            result = codec.GetPixels(info, pin.AddrOfPinnedObject());
        }
        finally
        {
            pin.Free();
        }
        if (result != SKCodecResult.Success)
            throw new InvalidDataException(
                $"{name} is not a usable {kind.Title()} image: "
                + (result == SKCodecResult.IncompleteInput ? "the file is cut. " : $"its pixels cannot be decoded ({result}). ")
                + "Replace or remove the file.");
        return new RgbImage(DropAlpha(rgba), width, height);
    }

    private static byte[] DropAlpha(byte[] rgba)
    {
        var rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
        {
            rgb[to] = rgba[from];
            rgb[to + 1] = rgba[from + 1];
            rgb[to + 2] = rgba[from + 2];
        }
        return rgb;
    }
}
