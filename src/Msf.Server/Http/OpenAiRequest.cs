using System.Globalization;
using System.Text.RegularExpressions;

namespace Msf.Server;

/// <summary>Turns OpenAI's shape into a job and back.</summary>
internal static partial class OpenAiRequest
{
    /// <summary>Most previews of an image.</summary>
    internal const int MostPartialImages = 3;

    /// <summary>The job that is asked for.</summary>
    /// <exception cref="RequestException">A member makes no sense.</exception>
    internal static JobBody ToJob(OpenAiBody body)
    {
        if (body.ResponseFormat is not (null or "b64_json" or "url")) throw new RequestException("response_format is unknown, expected b64_json or url.", "response_format");
        if (body.OutputFormat is not (null or "png")) throw new RequestException("output_format is unknown, expected png.", "output_format");
        if (body.PartialImages is < 0 or > MostPartialImages) throw new RequestException($"partial_images is {body.PartialImages}, expected 0 to {MostPartialImages}.", "partial_images");
        if (body.PartialImages is not null && body.Stream is not true) throw new RequestException("partial_images is for stream: true; leave it out.", "partial_images");
        if (body.Class is not null && body.Classes is not null) throw new RequestException("class and classes are both given; give one of them.", "classes");
        var (width, height) = Size(body.Size);
        return new JobBody
        {
            Model = body.Model,
            Classes = body.Classes ?? body.Class ?? (string.IsNullOrWhiteSpace(body.Prompt) ? null : new ClassList([body.Prompt.Trim()])),
            Count = body.N,
            Seed = body.Seed,
            Steps = body.Steps,
            Guidance = body.Guidance,
            GuidanceInterval = body.GuidanceInterval,
            Solver = body.Solver,
            BaseIndex = body.BaseIndex,
            Width = width,
            Height = height,
        };
    }

    /// <summary>The answer for a finished job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="links">For images as addresses; null for images as bytes.</param>
    internal static OpenAiAnswer ToAnswer(GenerationJob job, Links? links) =>
        new(job.Created.ToUnixTimeSeconds(), [.. job.Images.Select(image => ToImage(image, links))], job.Settings);

    /// <summary>An image of it.</summary>
    internal static OpenAiAnswer.Image ToImage(JobImage image, Links? links) =>
        links is null ? new OpenAiAnswer.Image(Convert.ToBase64String(image.Png!), null) : new OpenAiAnswer.Image(null, links.Image(image.Id!));

    private static (int? Width, int? Height) Size(string? size)
    {
        if (size is null or "auto") return (null, null);
        if (Sides().Match(size) is { Success: true } sides)
            return (int.Parse(sides.Groups[1].ValueSpan, CultureInfo.InvariantCulture), int.Parse(sides.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
        throw new RequestException("size is not understood, expected WIDTHxHEIGHT in pixels, for example 64x64, or auto.", "size");
    }

    [GeneratedRegex(@"^([0-9]{1,6})x([0-9]{1,6})\z")]
    private static partial Regex Sides();
}
