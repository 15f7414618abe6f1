using Msf.Autoencoders;
using static TorchSharp.torch;

namespace Msf.Training;

/// <summary>Size and cost of an autoencoder.</summary>
/// <param name="Parameters">Trainable numbers.</param>
/// <param name="LatentSide">Side of the latent of a training image.</param>
/// <param name="MultiplyAdds">Multiply-adds of the convolutions of size 3 to encode and decode one training image; what else there is counts little.</param>
public sealed record AutoencoderCost(long Parameters, int LatentSide, double MultiplyAdds)
{
    /// <summary>Counts; nothing is computed.</summary>
    /// <param name="config">A valid configuration.</param>
    public static AutoencoderCost Of(AutoencoderRunConfig config)
    {
        using var network = new KlAutoencoder(config.Autoencoder, META);
        var total = 0.0;
        foreach (var (name, parameter) in network.named_parameters())
            if (parameter.shape is [_, _, 3, 3]) total += parameter.numel() * Math.Pow(config.Size / SideDivisor(name, config.Autoencoder.Kl!), 2);
        return new AutoencoderCost(network.parameters().Sum(parameter => parameter.numel()), config.Size / config.Autoencoder.Factor, total);
    }

    // By the official keys: "encoder.down.LEVEL..." and "decoder.up.LEVEL..."; a convolution between two levels has the size of its output.
    private static double SideDivisor(string name, KlConfig kl)
    {
        var parts = name.Split('.');
        if (parts is [_, "down" or "up", var level, ..])
        {
            var own = int.Parse(level, System.Globalization.CultureInfo.InvariantCulture);
            return 1 << (parts[3] == "downsample" ? own + 1 : parts[3] == "upsample" ? own - 1 : own);
        }
        return parts is ["encoder", "conv_in", ..] or ["decoder", "conv_out", ..] ? 1 : kl.Factor;
    }
}
