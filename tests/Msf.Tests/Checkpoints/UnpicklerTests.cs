using Msf.Checkpoints;
using Msf.Fuzzing;
using static TorchSharp.torch;

namespace Msf.Tests.Checkpoints;

public sealed class UnpicklerTests
{
    private const byte Remember = (byte)'q', Recall = (byte)'h', Call = (byte)'R', Drop = (byte)'0', Tuple1 = 0x85, Tuple2 = 0x86;

    [Theory]
    [InlineData(1, null)]
    [InlineData(1000, "over and over")]
    public void A_text_is_encoded_as_often_as_the_pickle_is_long(int times, string? why)
    {
        var pickle = new PickleWriter().Global("_codecs", "encode").Raw(Remember, 200).Text(new string('a', 2000)).Raw(Remember, 201).Text("latin1").Raw(Remember, 202);
        for (var i = 0; i < times; i++) pickle.Raw(Recall, 200, Recall, 201, Recall, 202, Tuple2, Call, Drop);
        Requires(why, pickle.Raw(Drop, Drop));
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(1000, "over and over")]
    public void Pairs_become_a_dictionary_as_often_as_the_pickle_is_long(int times, string? why)
    {
        var pickle = new PickleWriter().Global("collections", "OrderedDict").Raw(Remember, 200).Raw((byte)']', Remember, 201, (byte)'(');
        for (var i = 0; i < 100; i++) pickle.Raw([(byte)'X', 3, 0, 0, 0, (byte)'k', (byte)('0' + i / 10), (byte)('0' + i % 10), (byte)'N', Tuple2]);
        pickle.Raw((byte)'e');
        for (var i = 0; i < times; i++) pickle.Raw(Recall, 200, Recall, 201, Tuple1, Call, Drop);
        Requires(why, pickle.Raw(Drop));
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(1000, "over and over")]
    public void Attributes_are_copied_as_often_as_the_pickle_is_long(int times, string? why)
    {
        var pickle = new PickleWriter().Raw((byte)'}', Remember, 200, (byte)'(');
        for (var i = 0; i < 100; i++) pickle.Raw([(byte)'X', 3, 0, 0, 0, (byte)'k', (byte)('0' + i / 10), (byte)('0' + i % 10), (byte)'N']);
        pickle.Raw((byte)'u');
        for (var i = 0; i < times; i++) pickle.Raw((byte)'}', Recall, 200, (byte)'b', Drop);
        Requires(why, pickle);
    }

    [Theory]
    [InlineData(new[] { 0, 1 << 30, 1 << 30, 1 << 30 }, "larger than any file")]
    [InlineData(new[] { 0, 1 << 30 }, null)]
    public void An_empty_tensor_has_strides_that_can_be_counted(int[] sizes, string? why)
    {
        var pickle = new PickleWriter().Tensor("FloatStorage", "0", 6, 0, sizes, sizes);
        Requires(why, pickle);
    }

    private static void Requires(string? why, PickleWriter pickle)
    {
        var unpickler = new Unpickler(_ => new TorchStorage(ScalarType.Float32, "a/data/0", 6));
        if (why is null) unpickler.Read(pickle.Done());
        else Assert.Contains(why, Assert.Throws<InvalidDataException>(() => unpickler.Read(pickle.Done())).Message, StringComparison.Ordinal);
    }
}
