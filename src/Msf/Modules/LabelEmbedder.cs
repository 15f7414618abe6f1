using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Modules;

/// <summary>
/// Embeds class labels; index K, one past the last class, is the null class of classifier-free guidance
/// (Ho and Salimans 2022; key <c>embedding_table</c> as in DiT). Labels are dropped by the training loss, not here.
/// </summary>
public sealed class LabelEmbedder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "embedding_table")] private readonly Embedding _table;

    /// <summary>Creates the table with weights of standard deviation 0.02.</summary>
    /// <param name="classes">Number of classes K; the table has K + 1 rows.</param>
    /// <param name="width">Width D of the embedding.</param>
    /// <param name="device">Where to create the parameters; the CPU when null.</param>
    public LabelEmbedder(int classes, int width, Device? device = null) : base(nameof(LabelEmbedder))
    {
        _table = Embedding(classes + 1, width, device: device);
        init.normal_(_table.weight!, 0, 0.02);
        RegisterComponents();
    }

    /// <param name="labels">Class indices, (B), int64, 0 to K inclusive.</param>
    /// <returns>Embeddings, (B, D), owned by the caller's dispose scope.</returns>
    public override Tensor forward(Tensor labels) => _table.call(labels);
}
