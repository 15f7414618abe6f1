namespace Msf.Data;

/// <summary>The file formats that <see cref="ImageDecoder"/> reads.</summary>
internal enum ImageKind
{
    Unknown,
    Png,
    Jpeg,
    WebP,
    Bmp,
}

/// <summary>Tells image formats apart by their first bytes.</summary>
internal static class ImageKinds
{
    /// <summary>The format that <paramref name="file"/> begins like.</summary>
    public static ImageKind Of(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith(PngChunk.Signature)) return ImageKind.Png;
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return ImageKind.Jpeg;
        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8)) return ImageKind.WebP;
        return file.StartsWith("BM"u8) ? ImageKind.Bmp : ImageKind.Unknown;
    }

    /// <summary>The format's usual extension, without a dot.</summary>
    public static string Extension(this ImageKind kind) => kind == ImageKind.Jpeg ? "jpg" : kind.Title().ToLowerInvariant();

    /// <summary>The format's usual spelling.</summary>
    public static string Title(this ImageKind kind) => kind switch
    {
        ImageKind.Png => "PNG",
        ImageKind.Jpeg => "JPEG",
        ImageKind.WebP => "WebP",
        ImageKind.Bmp => "BMP",
        _ => "unknown",
    };
}
