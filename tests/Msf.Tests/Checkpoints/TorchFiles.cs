using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

/// <summary>Writes checkpoints as torch.save does (a zip archive of stored records, of which one is a pickle of protocol 2), for tests to read.</summary>
internal sealed class TorchFiles
{
    private readonly List<byte> _pickle = [];
    private readonly List<Tensor> _storages = [];

    /// <summary>Writes a state, on request inside the dictionary of Lightning's checkpoints.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, bool lightning = false)
    {
        var file = new TorchFiles();
        file.Raw(0x80, 2);
        if (lightning)
        {
            file.Raw((byte)'}', (byte)'(');
            file.Text("global_step");
            file.Raw((byte)'K', 7);
            file.Text("callbacks");
            file.Raw((byte)'}', (byte)'(');
            file.Global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint");
            file.Raw((byte)'}', (byte)'u');
            file.Text("state_dict");
        }
        file.State(tensors);
        if (lightning) file.Raw((byte)'u');
        file.Raw((byte)'.');
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        Record(archive, "archive/data.pkl", file._pickle.ToArray());
        for (var i = 0; i < file._storages.Count; i++) Record(archive, $"archive/data/{i}", file._storages[i].contiguous().bytes.ToArray());
    }

    private static void Record(ZipArchive archive, string name, byte[] content)
    {
        using var stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
        stream.Write(content);
    }

    private void State(IReadOnlyDictionary<string, Tensor> tensors)
    {
        Global("collections", "OrderedDict");
        Raw((byte)')', (byte)'R', (byte)'(');
        foreach (var (name, tensor) in tensors)
        {
            Text(name);
            Value(tensor);
        }
        Raw((byte)'u');
    }

    private void Value(Tensor tensor)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Raw((byte)'(', (byte)'(');
        Text("storage");
        Global("torch", tensor.dtype switch
        {
            ScalarType.Float16 => "HalfStorage",
            ScalarType.BFloat16 => "BFloat16Storage",
            ScalarType.Float64 => "DoubleStorage",
            _ => "FloatStorage",
        });
        Text($"{_storages.Count}");
        Text("cpu");
        Number(tensor.numel());
        Raw((byte)'t', (byte)'Q', (byte)'K', 0);
        Sizes(tensor.shape);
        Sizes([.. tensor.shape.Select((_, i) => tensor.shape[(i + 1)..].Aggregate(1L, (product, side) => product * side))]);
        Raw(0x89);
        Global("collections", "OrderedDict");
        Raw((byte)')', (byte)'R', (byte)'t', (byte)'R');
        _storages.Add(tensor);
    }

    private void Sizes(long[] sizes)
    {
        Raw((byte)'(');
        foreach (var size in sizes) Number(size);
        Raw((byte)'t');
    }

    private void Number(long value)
    {
        Span<byte> bytes = stackalloc byte[5];
        bytes[0] = (byte)'J';
        BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], checked((int)value));
        _pickle.AddRange(bytes);
    }

    private void Text(string text)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)'X';
        var bytes = Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], bytes.Length);
        _pickle.AddRange(head);
        _pickle.AddRange(bytes);
    }

    private void Global(string module, string name) => _pickle.AddRange(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    private void Raw(params byte[] bytes) => _pickle.AddRange(bytes);
}
