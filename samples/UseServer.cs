using Msf.Client;

namespace Msf.Samples;

/// <summary>Asks a running <c>msf serve</c> for images in both ways that it has: as a job with events, and in OpenAI's shape. The same seed gives the same images.</summary>
internal static class UseServer
{
    public static void Run(string[] args) => RunAsync(new Uri(args is [var address, ..] ? address : "http://127.0.0.1:5080")).GetAwaiter().GetResult();

    private static async Task RunAsync(Uri address)
    {
        using var msf = new MsfClient(address);
        var request = new JobRequest { Classes = ["clock", "flag"], Count = 4, Seed = 7 };

        var files = new SortedDictionary<int, byte[]>();
        var job = await msf.CreateJobAsync(request);
        await foreach (var happened in msf.ReadEventsAsync(job.Id))
        {
            if (happened is PreviewEvent { Complete: true } preview) Console.WriteLine($"the base of {preview.Indices.Count} images is there");
            if (happened is ImageEvent image) files[image.Index] = await msf.ReadImageAsync(image.Id!);
            if (happened is FailedEvent failed) throw new InvalidOperationException(failed.Message);
        }

        var again = await msf.GenerateAsync(request);
        Console.WriteLine($"{files.Count} images; both ways gave the same bytes: {files.Values.Zip(again).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second))}");
        foreach (var (index, file) in files) await File.WriteAllBytesAsync($"served-{index}.png", file);
    }
}
