using Msf.Data;

namespace Msf.Server;

/// <summary>Decodes pictures that clients send, none larger than is accepted: the size is looked at before anything is allocated for it.</summary>
internal static class UploadedImage
{
    /// <summary>Decodes a picture.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="name">The member that it came in.</param>
    /// <param name="pixels">Most pixels.</param>
    /// <exception cref="RequestException">It is damaged, too large or no picture.</exception>
    internal static RgbImage Decode(byte[] file, string name, int pixels)
    {
        try
        {
            if (ImageDecoder.ReadSize(file) is { } size && (long)size.Width * size.Height > pixels)
                throw new RequestException($"{name} is {size}, more than the {pixels} pixels accepted; make it smaller.", name);
            return ImageDecoder.Decode(file, name);
        }
        catch (InvalidDataException error)
        {
            throw new RequestException(error.Message, name);
        }
    }
}
