using Msf.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public class StateDictLoaderTests
{
    [Fact]
    public void Weights_travel_from_module_to_file_to_another_module()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var (from, to) = (Network(), Network());
        StateDictLoader.Save(from, folder["a"], metadata: new Dictionary<string, string> { ["kind"] = "test" });
        StateDictLoader.Load(to, SafetensorsFile.ReadAll(folder["a"]), folder["a"]);
        Assert.Equal(["0.bias", "0.weight", "1.bias", "1.num_batches_tracked", "1.running_mean", "1.running_var", "1.weight"],
            StateDictLoader.Extract(to).Keys);
        foreach (var (name, tensor) in StateDictLoader.Extract(to))
            Assert.True(tensor.bytes.SequenceEqual(StateDictLoader.Extract(from)[name].bytes), $"{name} differs");
        Assert.All(to.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    public void A_file_in_bfloat16_loads_into_float32_and_integers_stay_integers()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var module = Network();
        var exact = StateDictLoader.Extract(module)["0.weight"].to_type(ScalarType.BFloat16).to_type(ScalarType.Float32);
        StateDictLoader.Save(module, folder["a"], ScalarType.BFloat16);
        using var file = SafetensorsFile.Open(folder["a"]);
        Assert.Equal(ScalarType.BFloat16, file.Tensors["0.weight"].DType);
        Assert.Equal(ScalarType.Int64, file.Tensors["1.num_batches_tracked"].DType);
        StateDictLoader.Load(module, file.ReadAll(), "a");
        Assert.Equal(ScalarType.Float32, StateDictLoader.Extract(module)["0.weight"].dtype);
        Assert.True(exact.bytes.SequenceEqual(StateDictLoader.Extract(module)["0.weight"].bytes));
    }

    [Fact]
    public void Values_beyond_float16_are_refused_rather_than_stored_as_infinity()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var module = nn.Linear(2, 2);
        using (no_grad()) module.weight.fill_(1e6);
        var error = Assert.Throws<ArgumentException>(() => StateDictLoader.Save(module, folder["a"], ScalarType.Float16));
        Assert.Contains("\"weight\"", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["a"]));
    }

    [Fact]
    public void Everything_that_differs_is_said_at_once_and_nothing_is_copied()
    {
        using var scope = NewDisposeScope();
        var module = Network();
        var before = StateDictLoader.Extract(module)["1.weight"].clone();
        var tensors = StateDictLoader.Extract(module).ToDictionary(entry => entry.Key, entry => zeros_like(entry.Value));
        tensors.Remove("0.bias");
        tensors["extra"] = zeros(1);
        tensors["0.weight"] = zeros(1, 2);
        tensors["1.num_batches_tracked"] = zeros([], ScalarType.Float32);
        var error = Assert.Throws<InvalidDataException>(() => StateDictLoader.Load(module, tensors, "weights.safetensors"));
        Assert.Equal(
            "weights.safetensors: does not fit the model (1 missing: \"0.bias\"; 1 unexpected: \"extra\"; "
            + "1 of another shape: \"0.weight\" is (1, 2), expected (3, 2); "
            + "1 of another type: \"1.num_batches_tracked\" is Float32, expected Int64); use weights made for this configuration.",
            error.Message);
        Assert.True(before.bytes.SequenceEqual(StateDictLoader.Extract(module)["1.weight"].bytes));
    }

    [Theory]
    [InlineData(new long[] { })]
    [InlineData(new long[] { 1 })]
    [InlineData(new long[] { 1, 3 })]
    public void A_shape_that_would_broadcast_is_refused(long[] shape)
    {
        using var scope = NewDisposeScope();
        var module = nn.Linear(2, 3);
        var tensors = new Dictionary<string, Tensor> { ["weight"] = zeros(3, 2), ["bias"] = zeros(shape) };
        Assert.Throws<InvalidDataException>(() => StateDictLoader.Load(module, tensors, "x"));
    }

    [Fact]
    public void A_long_list_of_differences_is_cut_at_ten()
    {
        using var scope = NewDisposeScope();
        var tensors = Enumerable.Range(0, 25).ToDictionary(i => $"k{i:00}", _ => zeros(1));
        tensors["weight"] = zeros(3, 2);
        tensors["bias"] = zeros(3);
        var error = Assert.Throws<InvalidDataException>(() => StateDictLoader.Load(nn.Linear(2, 3), tensors, "x"));
        Assert.Contains("25 unexpected: \"k00\", ", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"k09\" and 15 more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_on_meta_is_refused()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor> { ["weight"] = zeros(3, 2), ["bias"] = zeros(3) };
        Assert.Throws<ArgumentException>(() => StateDictLoader.Load(nn.Linear(2, 3, device: META), tensors, "x"));
    }

    [Fact]
    public void Loading_and_saving_leave_no_tensors_behind()
    {
        using var folder = new TemporaryFolder();
        using var module = Network();
        void Once()
        {
            using var scope = NewDisposeScope();
            StateDictLoader.Save(module, folder["a"], ScalarType.BFloat16);
            StateDictLoader.Load(module, SafetensorsFile.ReadAll(folder["a"]), "a");
        }
        Once();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++) Once();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static nn.Module<Tensor, Tensor> Network() => nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3));
}
