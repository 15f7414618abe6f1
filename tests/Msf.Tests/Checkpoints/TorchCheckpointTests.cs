using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public sealed class TorchCheckpointTests
{
    public static TheoryData<string, string> HostileFiles => new()
    {
        { "malicious_bare_pickle.ckpt", "pickle outside an archive" },
        { "malicious_builtins_eval.pt", "eval" },
        { "malicious_inst_opcode.pt", "the opcode STRING" },
        { "malicious_legacy_tar_era.pt", "pickle outside an archive" },
        { "malicious_newobj.pt", "which is neither a tensor nor a plain value" },
        { "malicious_os_system.pt", "system" },
        { "malicious_posix_system_in_dict.pt", "posix.system" },
        { "malicious_stack_global.pt", "system" },
        { "pt_missing_storage.pt", "is missing" },
        { "pt_negative_storage_offset.pt", "from number -" },
        { "pt_size_out_of_storage.pt", "its storage" },
        { "pt_storage_too_small.pt", "has 8 bytes" },
        { "pt_truncated.pt", "" },
        { "pt_truncated_pickle.pt", "its pickle is cut" },
    };

    [Theory]
    [MemberData(nameof(HostileFiles))]
    public void A_hostile_or_broken_file_is_refused_in_one_line(string name, string why)
    {
        var path = SharedFiles.Require("golden", "bad", name);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => TorchCheckpoint.Read(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void The_list_above_leaves_no_file_out()
    {
        var folder = SharedFiles.Require("golden", "bad");
        var names = Directory.GetFiles(folder, "*.pt").Concat(Directory.GetFiles(folder, "*.ckpt")).Select(file => Path.GetFileName(file)!);
        Assert.Equal(names.Where(name => !name.StartsWith("good_", StringComparison.Ordinal)).Order(), HostileFiles.Select(row => row.Data.Item1).Order());
    }

    [Fact]
    public void The_good_control_loads()
    {
        using var scope = NewDisposeScope();
        var (tensors, layout) = TorchCheckpoint.Read(SharedFiles.Require("golden", "bad", "good_control.pt"));
        Assert.NotEmpty(tensors);
        Assert.Equal("", layout);
    }

    [Theory]
    [InlineData("data", "pt_variety_a.pt", "pt_variety_a_expected.safetensors")]
    [InlineData("dit", "dit_a.pt", "dit_a.safetensors")]
    public void Every_tensor_is_that_of_the_safetensors_file(string folder, string name, string expectedName)
    {
        using var scope = NewDisposeScope();
        var expected = Golden.Load(folder, expectedName);
        var (tensors, _) = TorchCheckpoint.Read(SharedFiles.Require("golden", folder, name));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), tensors.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, pair =>
        {
            var tensor = tensors[pair.Key];
            Assert.Equal(pair.Value.dtype, tensor.dtype);
            Assert.Equal(pair.Value.shape, tensor.shape);
            Assert.True(tensor.is_contiguous());
            Assert.Equal(pair.Value.bytes.ToArray(), tensor.bytes.ToArray());
        });
    }

    [Fact]
    public void Of_a_training_checkpoint_the_average_is_taken()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (tensors, layout) = TorchCheckpoint.Read(SharedFiles.Require("golden", "dit", "dit_a_train_layout.pt"));
        Assert.Equal("ema", layout);
        using var network = new Msf.Models.DiffusionTransformer(GoldenTransformers.Config);
        StateDictLoader.Load(network, tensors, "ema");
        network.eval();
        var io = Golden.Load("dit", "dit_a_io.safetensors");
        Golden.Matches("dit out_ema", network.Forward(io["x"], io["t"], io["y"]), io["out_ema"], 2e-5);
    }

    [Fact]
    public void The_old_format_is_refused_with_advice()
    {
        var error = Assert.Throws<InvalidDataException>(() => TorchCheckpoint.Read(SharedFiles.Require("golden", "data", "pt_legacy_format_a.pt")));
        Assert.Contains("save it again with a current torch.save", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("taef2_decoder.pth")]
    [InlineData("taef2_encoder.pth")]
    public void A_published_checkpoint_loads(string name)
    {
        using var scope = NewDisposeScope();
        var (tensors, _) = TorchCheckpoint.Read(SharedFiles.Require("data", "weights", name));
        Assert.True(tensors.Count > 50, $"{tensors.Count} tensors");
    }

    [Fact]
    public void Nothing_is_left_of_what_was_read()
    {
        var path = SharedFiles.Require("golden", "data", "pt_variety_a.pt");
        LiveTensors.StayFlat(3, () =>
        {
            foreach (var tensor in TorchCheckpoint.Read(path).Tensors.Values) tensor.Dispose();
        });
        LiveTensors.StayFlat(3, () =>
        {
            using var scope = NewDisposeScope();
            TorchCheckpoint.Read(path);
        });
    }
}
