using System.CommandLine;
using System.Diagnostics;
using Msf.Data;

namespace Msf.Cli.Commands;

/// <summary><c>msf encode</c>: writes the latents of an image set once, so that training needs to decode and encode nothing.</summary>
internal sealed class EncodeCommand : MsfCommand
{
    private const int Named = 10;

    private readonly Option<string> _data = new("--data") { Description = $"{char.ToUpperInvariant(ImageSources.Accepted[0])}{ImageSources.Accepted[1..]}.", Required = true, HelpName = "SOURCE" };
    private readonly Option<string> _autoencoder = new("--autoencoder") { Description = "Folder of the autoencoder (msf import, or RUN/autoencoder of msf train).", Required = true, HelpName = "DIR" };
    private readonly Option<string> _out = new("--out") { Description = "Folder of the latent cache; one that was interrupted goes on.", Required = true, HelpName = "CACHE" };
    private readonly Option<string?> _classes = new("--classes") { Description = "Classes to encode, by name, separated by commas (default all).", HelpName = "A,B" };
    private readonly Option<int?> _size = new("--size") { Description = "Fit images to N x N pixels (default: the shorter side of the first one).", HelpName = "N" };
    private readonly Option<string> _shards = new("--shards") { Description = "Which of several parallel writers this is: each makes its share of the shards, the last one the index.", DefaultValueFactory = _ => "1/1", HelpName = "i/n" };
    private readonly Option<bool> _noFlips = new("--no-flips") { Description = "Leave out the mirrored images; training can then not flip." };
    private readonly Option<int> _shardImages = new("--shard-images") { Description = "Images of a shard, which is what a kill can lose.", DefaultValueFactory = _ => 512, HelpName = "N" };
    private readonly Option<int> _batch = new("--batch-size") { Description = "Images encoded together.", DefaultValueFactory = _ => 16, HelpName = "B" };
    private readonly Option<string> _precision = PrecisionOption.Create("fp32");
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal EncodeCommand(Terminal terminal) : base(
        terminal, "encode", "Write the latents of an image set, and of its mirrored images, once: a cache that msf train takes as data.",
        "msf encode --data imagenette-64/train --autoencoder models/taesd3 --out latents/imagenette --size 128",
        "msf encode --data photos.tar --autoencoder models/sd-vae --out latents/photos --size 256 --shards 1/4")
    {
        foreach (var option in new Option[] { _data, _autoencoder, _out, _classes, _size, _shards, _noFlips, _shardImages, _batch, _precision, _device, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override bool GoesOn(ParseResult arguments) => true;

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var (writer, writers) = Writer(arguments.GetRequiredValue(_shards));
        var options = new LatentEncodingOptions
        {
            ImageSize = arguments.GetValue(_size),
            Flips = !arguments.GetValue(_noFlips),
            ShardImages = arguments.GetValue(_shardImages),
            BatchSize = arguments.GetValue(_batch),
            Writer = writer,
            Writers = writers,
        };
        if (options.Validate() is { Count: > 0 } errors) throw new UsageException($"{string.Join("; ", errors)}.");
        var device = DeviceOption.Resolve(arguments.GetRequiredValue(_device));
        var folder = arguments.GetRequiredValue(_out);
        using var source = ImageSources.Open(arguments.GetRequiredValue(_data), arguments.GetValue(_classes)?.Split(',', StringSplitOptions.TrimEntries));
        var clock = Stopwatch.StartNew();
        LatentEncodingResult result;
        using (var progress = new EncodingProgressLine(Terminal.Error))
        {
            result = LatentEncoding.Run(
                source, arguments.GetRequiredValue(_autoencoder), folder, options, device, PrecisionOption.Resolve(arguments.GetRequiredValue(_precision)),
                line => Terminal.Error.WriteLine($"msf: {line}"), progress, cancellation);
        }
        Print(arguments, folder, result, clock.Elapsed.TotalSeconds);
        return ExitCode.Done;
    }

    private void Print(ParseResult arguments, string folder, LatentEncodingResult result, double seconds)
    {
        var (plan, broken) = (result.Plan, result.Index?.Broken ?? []);
        foreach (var image in broken.Take(Named)) Terminal.Error.WriteLine($"msf: left out {image.Name}: {image.Why}");
        if (broken.Length > Named) Terminal.Error.WriteLine($"msf: left out {broken.Length - Named} more; {Path.Combine(folder, LatentCache.IndexName)} lists all");
        if (arguments.GetValue(_json))
        {
            Terminal.WriteJson(
                new EncodeReport(
                    folder, result.Index is not null, plan.Images - broken.Length, plan.ImageSize, [plan.Autoencoder.LatentChannels, plan.Side, plan.Side], plan.Flips, plan.Shards,
                    result.MissingShards, plan.AutoencoderIdentity, result.Encoded, Math.Round(seconds, 3), Math.Round(result.Encoded / seconds, 2), broken),
                EncodeJson.Default.EncodeReport);
            return;
        }
        Terminal.Out.WriteLine(result.Index is null
            ? $"{result.Encoded:N0} images encoded in {seconds:F1} s; {result.MissingShards} of {plan.Shards} shards of {folder} are left to other writers"
            : $"{plan.Images - broken.Length:N0} images of {plan.ImageSize} px as latents of {plan.Autoencoder.LatentChannels} x {plan.Side} x {plan.Side}{(plan.Flips ? ", mirrored too" : "")}, {result.Encoded:N0} of them now in {seconds:F1} s ({result.Encoded / seconds:F1} images/s): {folder}");
    }

    private static (int Writer, int Writers) Writer(string text) =>
        text.Split('/') is [var i, var n] && int.TryParse(i, out var writer) && int.TryParse(n, out var writers)
            ? (writer, writers)
            : throw new UsageException($"--shards is \"{text}\"; expected which writer of how many, for example 1/4.");
}
