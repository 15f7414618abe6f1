using System.Buffers.Binary;
using CsCheck;
using Msf.Checkpoints;

namespace Msf.Tests.Checkpoints;

public class SafetensorsBadFilesTests
{
    [Fact]
    public void Every_broken_reference_file_is_refused_in_one_line_that_names_it()
    {
        var folder = SharedFiles.Require("golden", "bad");
        var files = Directory.GetFiles(folder, "st_*.safetensors");
        Assert.True(files.Length >= 28, $"only {files.Length} broken files found");
        Assert.All(files, file =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(file).Dispose());
            Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        });
    }

    [Fact]
    public void The_good_reference_file_loads()
    {
        var tensors = SafetensorsFile.ReadAll(SharedFiles.Require("golden", "bad", "good_control.safetensors"));
        Assert.NotEmpty(tensors);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_shorter_than_the_length_field_is_refused(int length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.safetensors"], new byte[length]);
        var error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(folder["a.safetensors"]));
        Assert.Contains($"it has {length} bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000_001UL, "the format allows")]
    [InlineData(ulong.MaxValue, "the format allows")]
    [InlineData(1UL << 63, "the format allows")]
    [InlineData(3UL, "but only 2 follow")]
    public void A_header_that_claims_too_much_is_refused(ulong claim, string expected)
    {
        using var folder = new TemporaryFolder();
        var bytes = SafetensorsBytes.Of("{}", 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, claim);
        File.WriteAllBytes(folder["a.safetensors"], bytes);
        var error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(folder["a.safetensors"]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_said_to_be_no_file()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(folder["absent"]));
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(folder.Root));
    }

    [Fact]
    public void A_boolean_other_than_0_and_1_is_refused_when_read()
    {
        using var folder = new TemporaryFolder();
        var bytes = SafetensorsBytes.Of("""{"m":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""", 2);
        bytes[^1] = 2;
        File.WriteAllBytes(folder["a.safetensors"], bytes);
        using var file = SafetensorsFile.Open(folder["a.safetensors"]);
        Assert.Throws<InvalidDataException>(() => file.Read("m"));
    }

    [Fact]
    public void A_mutated_file_loads_or_is_refused_but_never_fails_otherwise()
    {
        var valid = SafetensorsBytes.Of(
            """
            {"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
            "m":{"dtype":"BOOL","shape":[1,4],"data_offsets":[24,28]}}
            """, 28);
        using var folder = new TemporaryFolder();
        int refused = 0, loaded = 0;
        var change = Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte);
        Gen.Select(change.Array[1, 3], Gen.Int[0, 200]).Sample((changes, cut) =>
        {
            var bytes = valid.ToArray();
            foreach (var (at, value) in changes) bytes[at] = value;
            if (cut < valid.Length / 8) bytes = bytes[..^cut];
            File.WriteAllBytes(folder["a.safetensors"], bytes);
            try
            {
                foreach (var tensor in SafetensorsFile.ReadAll(folder["a.safetensors"]).Values) tensor.Dispose();
                loaded++;
            }
            catch (InvalidDataException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }, iter: 5000, threads: 1);
        Assert.True(refused > 1000 && loaded > 20, $"{refused} refused, {loaded} loaded: the mutations are too harsh or too tame");
    }
}
