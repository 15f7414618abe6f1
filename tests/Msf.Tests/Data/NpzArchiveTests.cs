using System.IO.Compression;
using System.Text;
using Msf.Data;
using static TorchSharp.torch;

namespace Msf.Tests.Data;

public sealed class NpzArchiveTests
{
    [Theory]
    [InlineData("npz_object_array.npz", "array of objects")]
    [InlineData("npz_shape_overflow.npz", "shape")]
    [InlineData("npz_sigma_not_square.npz", "expected (D) and (D, D)")]
    [InlineData("npz_truncated_body.npz", "bytes with the head")]
    public void A_bad_archive_is_refused_in_one_line(string name, string why)
    {
        using var scope = NewDisposeScope();
        var path = SharedFiles.Require("golden", "bad", name);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => ReadAll(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("(0, 4611686018427387904, 4611686018427387904)", "larger than any file")]
    [InlineData("(4611686018427387904, 0, 4611686018427387904)", "larger than any file")]
    [InlineData("(0, 3)", null)]
    public void An_empty_array_has_strides_that_can_be_counted(string shape, string? why)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var head = $"{{'descr': '<f8', 'fortran_order': True, 'shape': {shape}, }}".PadRight(117) + "\n";
        File.WriteAllBytes(folder["a.npz"], Msf.Fuzzing.ZipBytes.Of([("a.npy", [0x93, .. "NUMPY"u8, 1, 0, (byte)head.Length, 0, .. Encoding.ASCII.GetBytes(head)])]));
        if (why is null) ReadAll(folder["a.npz"]);
        else Assert.Contains(why, Assert.Throws<InvalidDataException>(() => ReadAll(folder["a.npz"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_above_leaves_no_file_out() => Assert.Equal(4, Directory.GetFiles(SharedFiles.Require("golden", "bad"), "*.npz").Length);

    [Theory]
    [InlineData("real")]
    [InlineData("fake")]
    public void Statistics_are_those_of_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Golden.Load("metrics", "metrics_a_io.safetensors");
        using var archive = NpzArchive.Open(SharedFiles.Require("golden", "metrics", $"{name}_stats_a.npz"));
        var (mean, covariance) = archive.ReadStatistics();
        Assert.True(TensorAssert.Identical(expected[$"{name}_mu"], mean));
        Assert.True(TensorAssert.Identical(expected[$"{name}_sigma"], covariance));
    }

    [Fact]
    public void Features_are_those_of_the_reference()
    {
        using var scope = NewDisposeScope();
        var expected = Golden.Load("metrics", "metrics_a_io.safetensors");
        using var archive = NpzArchive.Open(SharedFiles.Require("golden", "metrics", "features_a.npz"));
        Assert.Equal(["fake", "logits", "real"], archive.Names);
        Assert.All(archive.Names, name => Assert.True(TensorAssert.Identical(expected[name], archive.Read(name))));
    }

    [Fact]
    public void A_batch_of_images_is_that_of_the_reference()
    {
        using var scope = NewDisposeScope();
        using var archive = NpzArchive.Open(SharedFiles.Require("golden", "metrics", "adm_samples_a.npz"));
        var images = archive.ReadImages();
        Assert.Equal(new long[] { 16, 32, 32, 3 }, images.shape);
        var expected = Golden.Load("metrics", "adm_samples_a_expected.safetensors");
        Assert.Contains(expected.Values, tensor => tensor.dtype == ScalarType.Byte && TensorAssert.Identical(tensor, images[0].permute(2, 0, 1)));
    }

    [Fact]
    public void What_this_program_writes_it_reads()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var image = new RgbImage([.. Enumerable.Range(0, 18).Select(i => (byte)(i * 7))], 3, 2);
        NpzFile.Write(folder["a.npz"], [image, image], [4, 5]);
        using var archive = NpzArchive.Open(folder["a.npz"]);
        Assert.Equal(image.Pixels, archive.ReadImages()[1].bytes.ToArray());
        Assert.Equal([4L, 5L], archive.Read("arr_1").data<long>().ToArray());
    }

    [Fact]
    public void An_array_in_Fortran_order_is_turned()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteArray(folder["a.npz"], "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", [1, 4, 2, 5, 3, 6]);
        using var archive = NpzArchive.Open(folder["a.npz"]);
        Assert.Equal([1, 2, 3, 4, 5, 6], archive.Read("a").bytes.ToArray());
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "type >f4")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (-4,), }", "not descr, fortran_order and shape")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "larger than any file")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", "takes")]
    [InlineData("__import__('os')", "not descr")]
    public void A_strange_head_is_refused(string head, string why)
    {
        using var folder = new TemporaryFolder();
        WriteArray(folder["a.npz"], head, [1, 2, 3, 4]);
        using var archive = NpzArchive.Open(folder["a.npz"]);
        var error = Assert.Throws<InvalidDataException>(() => archive.Read("a"));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains("has no array b but a", Assert.Throws<InvalidDataException>(() => archive.Read("b")).Message, StringComparison.Ordinal);
    }

    private static void WriteArray(string path, string head, byte[] numbers)
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        using var stream = archive.CreateEntry("a.npy").Open();
        stream.Write([0x93, .. Encoding.ASCII.GetBytes("NUMPY"), 1, 0, (byte)head.Length, 0, .. Encoding.ASCII.GetBytes(head), .. numbers]);
    }

    private static void ReadAll(string path)
    {
        using var archive = NpzArchive.Open(path);
        if (archive.Names.Contains("sigma")) archive.ReadStatistics();
        foreach (var name in archive.Names) archive.Read(name);
    }
}
