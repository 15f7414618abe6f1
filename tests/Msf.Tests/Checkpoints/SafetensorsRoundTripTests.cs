using System.Buffers.Binary;
using CsCheck;
using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public class SafetensorsRoundTripTests
{
    private static readonly ScalarType[] _types =
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
        ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    private static readonly Gen<(string Name, ScalarType Type, long[] Shape)> _tensor =
        Gen.Select(
            Gen.String[Gen.Char["ab.0é\"\n漢"], 1, 6], Gen.Int[0, _types.Length - 1].Select(i => _types[i]), Gen.Long[0, 4].Array[0, 4]);

    [Fact]
    public void What_is_written_is_read_back_whatever_the_types_shapes_and_names()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.safetensors"];
        _tensor.Array[0, 6].Sample(described =>
        {
            using var scope = NewDisposeScope();
            var written = new Dictionary<string, Tensor>();
            foreach (var (name, type, shape) in described)
                written[name] = rand(shape).mul(5).sub(type == ScalarType.Byte ? 0 : 2).to_type(type);
            SafetensorsWriter.Write(path, written, new Dictionary<string, string> { ["clé"] = "a\nb" });

            using var file = SafetensorsFile.Open(path);
            Assert.Equal("a\nb", file.Metadata["clé"]);
            Assert.Equal(written.Keys.Order(StringComparer.Ordinal), file.Tensors.Keys);
            foreach (var (name, tensor) in file.ReadAll())
            {
                Assert.Equal(written[name].dtype, tensor.dtype);
                Assert.Equal(written[name].shape, tensor.shape);
                Assert.True(written[name].bytes.SequenceEqual(tensor.bytes), $"{name}: values differ");
                Assert.Equal(0, file.Tensors[name].Begin % tensor.ElementSize);
            }
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void The_same_content_gives_the_same_bytes_with_an_aligned_header_padded_by_spaces()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var (a, b) = (arange(5, ScalarType.Float32), ones(2, 2, dtype: ScalarType.Float64));
        SafetensorsWriter.Write(folder["1"], new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b }, Metadata("x", "y"));
        SafetensorsWriter.Write(folder["2"], new Dictionary<string, Tensor> { ["b"] = b, ["a"] = a }, Metadata("y", "x"));
        var bytes = File.ReadAllBytes(folder["1"]);
        Assert.Equal(bytes, File.ReadAllBytes(folder["2"]));
        Assert.Equal(FileDigest.Sha256(folder["1"]), FileDigest.Sha256(folder["2"]));
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, headerLength % 8);
        Assert.Equal(8 + headerLength + 20 + 32, bytes.Length);
        Assert.Equal("}", System.Text.Encoding.UTF8.GetString(bytes, 8, (int)headerLength).TrimEnd(' ')[^1..]);
    }

    [Fact]
    public void Views_are_written_by_their_values_and_gradients_do_not_matter()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var parameter = arange(6, ScalarType.Float32).reshape(2, 3).requires_grad_(true);
        SafetensorsWriter.Write(folder["a"], new Dictionary<string, Tensor> { ["t"] = parameter.t(), ["row"] = parameter[1] });
        var read = SafetensorsFile.ReadAll(folder["a"]);
        Assert.Equal([0f, 3, 1, 4, 2, 5], read["t"].data<float>().ToArray());
        Assert.Equal([3f, 4, 5], read["row"].data<float>().ToArray());
    }

    [Fact]
    public void What_the_format_cannot_hold_is_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        void Refused(string name, Tensor tensor, string expected)
        {
            var tensors = new Dictionary<string, Tensor> { [name] = tensor };
            var error = Assert.ThrowsAny<ArgumentException>(() => SafetensorsWriter.Write(folder["a"], tensors));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
        Refused("__metadata__", ones(1), "reserves");
        Refused("c", ones(1, dtype: ScalarType.ComplexFloat32), "ComplexFloat32");
        Refused("m", ones(1, device: META), "meta device");
        Refused("\ud800", ones(1), "");
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void A_tensor_outlives_the_file_it_came_from_and_a_closed_file_says_so()
    {
        using var folder = new TemporaryFolder();
        using var written = arange(4, ScalarType.Int64);
        SafetensorsWriter.Write(folder["a"], new Dictionary<string, Tensor> { ["x"] = written });
        var file = SafetensorsFile.Open(folder["a"]);
        using var read = file.Read("x");
        Assert.Throws<KeyNotFoundException>(() => file.Read("y"));
        file.Dispose();
        Assert.Equal([0L, 1, 2, 3], read.data<long>().ToArray());
        Assert.Throws<ObjectDisposedException>(() => file.Read("x"));
    }

    [Fact]
    public void A_file_can_be_replaced_while_it_is_open_and_goes_on_reading_the_old_values()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder["a"], new Dictionary<string, Tensor> { ["x"] = zeros(1000) });
        using var file = SafetensorsFile.Open(folder["a"]);
        SafetensorsWriter.Write(folder["a"], new Dictionary<string, Tensor> { ["x"] = ones(1) });
        Assert.Equal(0f, file.Read("x").sum().item<float>());
        Assert.Equal(1f, SafetensorsFile.ReadAll(folder["a"])["x"].sum().item<float>());
    }

    [Theory]
    [InlineData("dit/dit_a.safetensors")]
    [InlineData("dit/dit_a_io.safetensors")]
    [InlineData("diffusion/schedule.safetensors")]
    [InlineData("vae/vae_a_compvis.safetensors")]
    [InlineData("data/pt_variety_a_expected.safetensors")]
    [InlineData("data/expected_a.safetensors")]
    public void Files_of_the_official_writer_load_and_survive_a_round_trip(string file)
    {
        var original = SharedFiles.Require(["golden", .. file.Split('/')]);
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensors = SafetensorsFile.ReadAll(original);
        SafetensorsWriter.Write(folder["a"], tensors);
        var again = SafetensorsFile.ReadAll(folder["a"]);
        Assert.Equal(tensors.Keys, again.Keys);
        Assert.All(tensors, entry => Assert.True(entry.Value.bytes.SequenceEqual(again[entry.Key].bytes)));
    }

    private static Dictionary<string, string> Metadata(params string[] keys) => keys.ToDictionary(key => key, key => key + "!");
}
