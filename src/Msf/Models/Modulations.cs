using Msf.Modules;
using Msf.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Msf.Models;

/// <summary>
/// Shifts, scales and gates of a whole network for a whole batch (adaLN, Peebles and Xie 2023). Their weights, a third of a network, meet one row an image: such
/// a product lasts as long as reading them, so it is made once for the batch and not again for every share of it.
/// </summary>
internal static class Modulations
{
    private const int PerBlock = 6;

    /// <summary>Computes them, every thread for some of the blocks, without gradients.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="final">The last layer.</param>
    /// <param name="c">Conditioning vectors, (B', D); rows beyond the batch are padding.</param>
    /// <param name="batch">Number of images B.</param>
    /// <param name="threads">How many threads take part, at most <see cref="ThreadTeam.Threads"/>.</param>
    /// <returns>(6 depth + 2, B, 1, D) in the type of <paramref name="c"/>, owned by the caller's dispose scope.</returns>
    internal static Tensor Of(IReadOnlyList<TransformerBlock> blocks, FinalLayer final, Tensor c, long batch, int threads)
    {
        using var scope = NewDisposeScope();
        var activated = functional.silu(c);
        var all = empty([PerBlock * blocks.Count + 2, batch, 1, c.shape[1]], c.dtype);        // made here: no tensor changes threads
        void Put(int first, int count, Tensor modulation) =>
            all.narrow(0, first, count).copy_(modulation.narrow(0, 0, batch).view(batch, count, 1, -1).transpose(0, 1));
        ThreadTeam.Apart(threads, thread =>
        {
            using var inference = inference_mode();
            using var inner = NewDisposeScope();
            for (var i = blocks.Count * thread / threads; i < blocks.Count * (thread + 1) / threads; i++)
                Put(PerBlock * i, PerBlock, blocks[i].Modulation(activated));
            if (thread == threads - 1) Put(PerBlock * blocks.Count, 2, final.Modulation(activated));
        });
        return all.MoveToOuterDisposeScope();
    }

    /// <summary>Those of one block.</summary>
    /// <param name="all">What <see cref="Of"/> gave, or some of its images.</param>
    /// <param name="block">Its number.</param>
    /// <returns>6 x (b, 1, D).</returns>
    internal static Tensor[] OfBlock(Tensor all, int block) => all.narrow(0, PerBlock * block, PerBlock).unbind(0);

    /// <summary>Those of the last layer.</summary>
    /// <param name="all">What <see cref="Of"/> gave, or some of its images.</param>
    /// <returns>2 x (b, 1, D).</returns>
    internal static Tensor[] OfFinal(Tensor all) => all.narrow(0, all.shape[0] - 2, 2).unbind(0);
}
