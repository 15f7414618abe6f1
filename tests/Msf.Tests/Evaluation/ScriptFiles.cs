using System.IO.Compression;

namespace Msf.Tests.Evaluation;

/// <summary>TorchScript files of networks without weights, as PyTorch writes them.</summary>
internal static class ScriptFiles
{
    // An object of class M whose one attribute, training, is false; and no constants.
    private static readonly byte[] _object = [0x80, 2, .. "c__torch__\nM\n"u8, .. ")"u8, 0x81, .. "}(X"u8, 8, 0, 0, 0, .. "training"u8, 0x89, .. "ub."u8];

    /// <summary>Writes a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="signature">What follows <c>self</c>, for example <c>x: Tensor, f: bool=False) -> Tensor</c>.</param>
    /// <param name="body">One statement, in TorchScript's own serialised form.</param>
    public static void Write(string path, string signature, string body)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        void Add(string name, ReadOnlySpan<byte> content)
        {
            using var entry = archive.CreateEntry($"net/{name}", CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }
        Add("version", "3\n"u8);
        Add("data.pkl", _object);
        Add("constants.pkl", [0x80, 2, .. ")."u8]);
        Add("code/__torch__.py", System.Text.Encoding.UTF8.GetBytes(
            $"class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n  def forward(self: __torch__.M,\n    {signature}:\n    {body}\n"));
    }
}
