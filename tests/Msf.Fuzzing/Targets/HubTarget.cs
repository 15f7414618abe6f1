using Msf.Data;

namespace Msf.Fuzzing;

/// <summary>What the hub says of a repository, and which of its files an import takes.</summary>
internal sealed class HubTarget : JsonTarget
{
    private static readonly HubRepository _repository = new("org/name");

    public override string Name => "hub";

    public override long Read(byte[] input)
    {
        HubSelection.Choose(HubContent.KlAutoencoder, HubClient.Read(input, _repository));
        return 0;
    }

    protected override IEnumerable<byte[]> MakeCorpus() =>
    [
        Text("""{"id": "org/name", "sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{"rfilename": "config.json"}, {"rfilename": "diffusion_pytorch_model.safetensors", "size": 5}], "gated": false}"""),
        Text("""{"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{"rfilename": "a/b.pt"}, {"rfilename": "vae/diffusion_pytorch_model.bin"}, {"rfilename": "vae/config.json"}], "tags": ["x"]}"""),
        Text("""{"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{"rfilename": "vae-ft-mse.ckpt"}, {"rfilename": "README.md"}]}"""),
    ];
}
