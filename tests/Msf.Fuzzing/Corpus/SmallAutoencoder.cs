using Msf.Autoencoders;
using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Fuzzing;

/// <summary>The smallest KL autoencoder, its weights zeros: the same bytes every time.</summary>
internal static class SmallAutoencoder
{
    /// <summary>Its architecture.</summary>
    public static AutoencoderConfig Config { get; } = new()
    {
        Kind = AutoencoderKind.Kl,
        Kl = new() { Width = 4, Multipliers = [1, 2], Blocks = 1, Groups = 2, InnerChannels = 2, LatentChannels = 2, AttentionResolutions = [128] },
    };

    /// <summary>Writes its folder.</summary>
    public static string Save(string folder)
    {
        using var autoencoder = Create();
        AutoencoderFolder.Save(folder, autoencoder, "fuzzed");
        return folder;
    }

    /// <summary>Writes its weights alone.</summary>
    public static void SaveWeights(string path)
    {
        using var autoencoder = Create();
        StateDictLoader.Save(autoencoder.Network!, path);
    }

    private static IAutoencoder Create()
    {
        var autoencoder = Autoencoder.Create(Config);
        Clear(autoencoder.Network!);
        return autoencoder;
    }

    /// <summary>Sets all weights of a network to zero.</summary>
    public static void Clear(nn.Module network)
    {
        using var noGrad = no_grad();
        foreach (var tensor in network.state_dict().Values) tensor.zero_();
    }
}
