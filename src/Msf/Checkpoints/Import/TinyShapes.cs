using Msf.Autoencoders;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Checkpoints;

/// <summary>Reads the architecture of an autoencoder of the TAESD family off the shapes of its weights.</summary>
internal static class TinyShapes
{
    /// <summary>The architecture; scale and shift are the caller's.</summary>
    /// <param name="tensors">The weights under our names.</param>
    /// <param name="given">What a configuration says, or null.</param>
    /// <param name="what">The files, for messages.</param>
    /// <exception cref="InvalidDataException">A tensor that tells the architecture is missing or of an odd shape, or the configuration says otherwise.</exception>
    internal static TinyConfig Recognize(IReadOnlyDictionary<string, Tensor> tensors, AutoencoderFile? given, string what)
    {
        var config = new TinyConfig
        {
            Width = Narrow(Shape("encoder.0.weight")[0]),
            LatentChannels = Narrow(Shape("decoder.1.weight")[1]),
            MiddleNormalization = tensors.Keys.Any(name => name.Contains(".pool.", StringComparison.Ordinal)),
        };
        if (given is not null) RequireAgreement(config, given, what);
        return config.Validate() is { Count: > 0 } errors ? throw new InvalidDataException($"{what}: {string.Join("; ", errors)}.") : config;

        long[] Shape(string name) => tensors.TryGetValue(name, out var tensor) && tensor.shape.Length == 4
            ? tensor.shape
            : throw new InvalidDataException(
                $"{what}: no autoencoder of the TAESD family: {OneLine.Quote(name)} is {(tensor is null ? "missing" : ShapeGuard.Format(tensor.shape))}, 4 dimensions are expected.");
    }

    private static int Narrow(long value) => (int)Math.Min(value, int.MaxValue);

    private static void RequireAgreement(TinyConfig config, AutoencoderFile given, string what)
    {
        var check = new ConfigurationCheck(what);
        var widths = Enumerable.Repeat(config.Width, 4).ToArray();
        check.Add(given.Faults("AutoencoderTiny"));
        check.Agree("in_channels", given.InChannels, 3);
        check.Agree("out_channels", given.OutChannels, 3);
        check.Agree("latent_channels", given.LatentChannels, config.LatentChannels);
        check.Agree("block_out_channels", given.BlockOutChannels, widths);
        check.Agree("encoder_block_out_channels", given.EncoderBlockOutChannels, widths);
        check.Agree("decoder_block_out_channels", given.DecoderBlockOutChannels, widths);
        check.Agree("num_encoder_blocks", given.NumEncoderBlocks, [1, 3, 3, 3]);
        check.Agree("num_decoder_blocks", given.NumDecoderBlocks, [3, 3, 3, 1]);
        check.Agree("upsampling_scaling_factor", given.UpsamplingScalingFactor, 2);
        check.Among("act_fn", given.ActFn, "relu");
        check.Among("upsample_fn", given.UpsampleFn, "nearest");
        check.Require();
    }
}
