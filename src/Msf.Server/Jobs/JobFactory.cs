using System.Text.Json;
using Msf.Data;
using Msf.Sampling;

namespace Msf.Server;

/// <summary>Makes jobs of requests: settings resolved, pictures decoded, every image with all that its making needs.</summary>
/// <param name="options">What is served, and how.</param>
/// <param name="gallery">The images that variations are of.</param>
/// <param name="time">The clock.</param>
internal sealed class JobFactory(MsfOptions options, ImageGallery gallery, TimeProvider time)
{
    private const int MostElongated = 64;

    private readonly SettingsResolver _resolver = new(options.Limits);

    /// <summary>What a job would be made with: one entry, or of a sweep one for every cell. Pictures are not looked at.</summary>
    /// <param name="body">What is asked for.</param>
    /// <param name="card">The model.</param>
    /// <exception cref="RequestException">Something does not fit.</exception>
    internal IReadOnlyList<GenerationSettings> Plan(JobBody body, ModelCard card)
    {
        if (body is { Kind: JobKind.Variations, Of: not null }) body = WithSettingsOf(body, card);
        var settings = _resolver.Resolve(body, card);
        return body is { Kind: JobKind.Sweep, Sweep: { } sweep } ? Cells(settings, sweep, card) : [settings];
    }

    /// <summary>Makes a job.</summary>
    /// <param name="body">What was asked for.</param>
    /// <param name="card">The model.</param>
    /// <param name="speed">What it costs.</param>
    /// <param name="client">Who asked.</param>
    /// <param name="keeps">Whether images go to the gallery.</param>
    /// <param name="previews">Previews within a stage.</param>
    /// <exception cref="RequestException">Something does not fit.</exception>
    internal GenerationJob Create(JobBody body, ModelCard card, ModelSpeed speed, string client, bool keeps = true, int previews = 3)
    {
        RequireMembers(body, card);
        if (body.Kind == JobKind.Variations) body = WithSettingsOf(body, card);
        var settings = _resolver.Resolve(body, card);
        var job = new GenerationJob
        {
            Client = client,
            Kind = body.Kind,
            Settings = settings with { Strength = body.Image is null ? null : settings.Strength ?? (body.Mask is null ? 0 : 1) },
            Created = time.GetUtcNow(),
            KeepsImages = keeps,
            PreviewsAStage = previews,
            Picture = body.Image is null ? null : Picture(body, settings),
        };
        RequireRoom(body.Sweep, settings.Count);
        var cells = body.Sweep is { } sweep ? Cells(job.Settings, sweep, card) : [job.Settings];
        job.Tasks = [.. cells.SelectMany((cell, i) => Tasks(job, cell, i * settings.Count, card, speed))];
        return job;
    }

    private void RequireRoom(SweepBody? sweep, int each)
    {
        var images = (long)(sweep?.Steps?.Values.Count ?? 1) * (sweep?.Guidance?.Values.Count ?? 1) * each;
        if (images > options.Limits.Count) throw new RequestException($"the sweep would make {images} images, at most {options.Limits.Count} are taken; try less at once.", "sweep");
    }

    private IEnumerable<ImageTask> Tasks(GenerationJob job, GenerationSettings settings, int first, ModelCard card, ModelSpeed speed)
    {
        var sampling = SettingsResolver.Sampling(settings, card);
        var target = card.Target(settings);
        var model = card.At(settings);
        var shifted = target is null ? sampling : SizeShift.Apply(sampling, card.Manifest.Model, target);
        var growth = model.Size.Aggregate(1.0, (product, side) => product * side) / card.Manifest.Model.Size.Aggregate(1.0, (product, side) => product * side);
        var work = speed.Work(model, shifted);
        if (job.Picture is { Strength: 0 }) work = [0, .. work.Skip(1)];                       // its base is given
        // A job with a picture has its picture's levels to itself.
        var key = $"{JsonSerializer.Serialize(sampling, ServerJson.Options)} {settings.Width}x{settings.Height}{(job.Picture is null ? "" : job.Id)}";
        for (var i = 0; i < settings.Count; i++)
            yield return new ImageTask
            {
                Job = job,
                Index = first + i,
                Settings = settings,
                Sampling = sampling,
                Target = target,
                Label = SettingsResolver.Label(settings, settings.BaseIndex is { } shared ? (int)(shared % settings.Classes.Count) : i, card.Manifest),
                ImageIndex = i,
                BatchKey = key,
                BatchLimit = Math.Clamp((int)(options.Limits.Batch / growth), 1, options.Limits.Batch),
                Work = work,
            };
    }

    private List<GenerationSettings> Cells(GenerationSettings settings, SweepBody sweep, ModelCard card)
    {
        var cells = from steps in sweep.Steps?.Values ?? [settings.Steps[0]]
                    from guidance in sweep.Guidance?.Values ?? [settings.Guidance[0]]
                    select new SettingsBody
                    {
                        Model = settings.Model,
                        Classes = new ClassList(settings.Classes),
                        Count = settings.Count,
                        Seed = settings.Seed,
                        Steps = new OneOrMany<int>([steps, .. settings.Steps.Skip(1)]),
                        Guidance = new OneOrMany<double>([guidance, .. settings.Guidance.Skip(1)]),
                        GuidanceInterval = new IntervalList(settings.GuidanceInterval),
                        Solver = new OneOrMany<string>([.. settings.Solver.Select(kind => kind.ToString())]),
                        Width = settings.Width,
                        Height = settings.Height,
                    };
        return [.. cells.Take(options.Limits.Count + 1).Select(cell => _resolver.Resolve(cell, card))];
    }

    // What is left out is as it was in the image; the classes and the seed are its own in any case, for they make its base.
    private JobBody WithSettingsOf(JobBody body, ModelCard card)
    {
        if (gallery.Read(body.Of!) is not { } png) throw RequestException.NotFound("there is no such image in the gallery.");
        var text = ImageText.Expect(png, "the image", "of");
        var settings = text.Settings;
        if (settings.Model != card.Name) throw new RequestException($"the image was made with {settings.Model}; ask for its variations with that model.", "model");
        if (text.Kind is JobKind.SuperResolution or JobKind.Inpainting) throw new RequestException("the image was made from a picture, which is not kept; there are no variations of it.", "of");
        return body with
        {
            Classes = new ClassList(settings.Classes),
            Seed = settings.Seed,
            BaseIndex = settings.BaseIndex ?? text.Index % settings.Count,
            Steps = body.Steps ?? new OneOrMany<int>(settings.Steps),
            Guidance = body.Guidance ?? new OneOrMany<double>(settings.Guidance),
            GuidanceInterval = body.GuidanceInterval ?? new IntervalList(settings.GuidanceInterval),
            Solver = body.Solver ?? new OneOrMany<string>([.. settings.Solver.Select(kind => kind.ToString())]),
            Width = body.Width ?? settings.Width,
            Height = body.Height ?? settings.Height,
        };
    }

    private JobPicture Picture(JobBody body, GenerationSettings settings)
    {
        var (picture, mask) = (Decode(body.Image!, "image"), body.Mask is null ? null : Decode(body.Mask, "mask"));
        if (mask is not null && Math.Abs(mask.Width * (double)picture.Height / (mask.Height * (double)picture.Width) - 1) > 0.02)
            throw new RequestException($"the mask is {mask.Width}x{mask.Height} and the picture {picture.Width}x{picture.Height}: expected the same shape; paint the mask on the picture.", "mask");
        if (Math.Max(picture.Width, picture.Height) > MostElongated * (long)Math.Min(picture.Width, picture.Height))
            throw new RequestException($"the picture is {picture.Width}x{picture.Height}, one side more than {MostElongated} times the other; crop it first.", "image");
        // In the images' size at once: a job keeps it for as long as it waits.
        var size = new PixelSize(settings.Width, settings.Height);
        return new JobPicture(ImageResizer.Fit(picture, size), mask is null ? null : ImageResizer.Fit(mask, size), settings.Strength ?? (mask is null ? 0 : 1));
    }

    private RgbImage Decode(string text, string name)
    {
        var bytes = new byte[text.Length / 4 * 3 + 3];
        if (!Convert.TryFromBase64String(text, bytes, out var length)) throw new RequestException($"{name} is not Base64; send the file's bytes as Base64, without a data: prefix.", name);
        return UploadedImage.Decode(bytes.AsSpan(0, length).ToArray(), name, options.Limits.Pixels);
    }

    private static void RequireMembers(JobBody body, ModelCard card)
    {
        void Only(bool given, string name, bool wanted)
        {
            if (given != wanted) throw new RequestException(given ? $"{name} is not for a job of kind {Name(body.Kind)}; leave it out." : $"a job of kind {Name(body.Kind)} needs {name}.", name);
        }
        if (!Enum.IsDefined(body.Kind)) throw new RequestException("kind is unknown.", "kind");
        var isPicture = body.Kind is JobKind.SuperResolution or JobKind.Inpainting;
        Only(body.Of is not null, "of", body.Kind == JobKind.Variations);
        Only(body.Image is not null, "image", isPicture);
        Only(body.Mask is not null, "mask", body.Kind == JobKind.Inpainting);
        Only(body.Sweep is not null, "sweep", body.Kind == JobKind.Sweep);
        if (!isPicture && body.Strength is not null) throw new RequestException("strength is for a job that starts from a picture; leave it out.", "strength");
        if (body.BaseIndex is not null && (isPicture || body.Kind == JobKind.Sweep)) throw new RequestException("baseIndex is for variations; leave it out.", "baseIndex");
        if (card.Stages > 1) return;
        if (body.Kind == JobKind.Variations || body.BaseIndex is not null) throw new RequestException($"{card.Name} has one level, so no residual to vary.", "kind");
        if (body.Kind == JobKind.SuperResolution && body.Strength is null or 0) throw new RequestException($"{card.Name} has one level, so no detail to add to a base; give a strength above 0.", "strength");
    }

    private static string Name(JobKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
}
