using Msf.Modules;
using static TorchSharp.torch;

namespace Msf.Tests.Models;

/// <summary>Parity with the official DiT and SiT (tolerances of the fixtures' README).</summary>
public sealed class GoldenDiffusionTransformerTests
{
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData("dit")]
    [InlineData("sit")]
    public void Forward_is_that_of_the_official_code(string kind)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = GoldenTransformers.Load(kind);
        var io = Golden.Load(kind, $"{kind}_a_io.safetensors");
        // SiT drops the learned variance, DiT keeps it.
        var output = network.Forward(io["x"], io["t"], io["y"]).narrow(1, 0, io["out"].shape[1]);
        Golden.Matches($"{kind} out", output, io["out"], Tolerance);
        if (io.TryGetValue("t_frac", out var t))
            Golden.Matches($"{kind} out_t_frac", network.Forward(io["x"], t, io["y"]), io["out_t_frac"], Tolerance);
    }

    [Fact]
    public void Parts_are_those_of_the_official_code()
    {
        using var scope = NewDisposeScope();
        var io = Golden.Load("dit", "dit_a_io.safetensors");
        // Angles reach 999, where neighbouring float32 numbers are 6.1e-5 apart: that far the cosines of two correct programs may differ.
        Golden.Matches("dit t_freq", TimestepEmbedder.Features(io["t"]), io["t_freq"], 6.2e-5);
        Golden.Matches("dit pos_embed_sincos", SinCosPositions.Create(4, 4, 64), io["pos_embed_sincos"], Tolerance);
    }
}
