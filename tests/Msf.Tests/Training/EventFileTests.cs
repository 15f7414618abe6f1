using Msf.Training;
using Tensorboard;

namespace Msf.Tests.Training;

public sealed class EventFileTests
{
    [Fact]
    public void What_torchsharp_s_writer_wrote_is_read_with_its_checksums()
    {
        using var folder = new TemporaryFolder();
        var writer = TorchSharp.torch.utils.tensorboard.SummaryWriter(folder.Root);
        writer.add_scalar("loss", 1.5f, 7);
        var content = File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder.Root)));
        var events = EventFile.Read(content, out var end);
        Assert.Equal(content.Length, end);
        Assert.Equal(["brain.Event:2", ""], events.Select(what => what.FileVersion));
        var value = Assert.Single(events[1].Summary.Value);
        Assert.Equal(("loss", 1.5f, 7), (value.Tag, value.SimpleValue, events[1].Step));

        using var own = new MemoryStream();
        foreach (var what in events) EventFile.Write(own, what);
        Assert.Equal(content, own.ToArray());
    }

    [Fact]
    public void A_file_cut_anywhere_gives_the_whole_events_before_the_cut()
    {
        var content = Three();
        var whole = content.Length / 3;
        for (var length = 0; length <= content.Length; length++)
        {
            Assert.Equal(length / whole, EventFile.Read(content.AsSpan(0, length), out var end).Count);
            Assert.Equal(length / whole * whole, end);
        }
    }

    [Fact]
    public void No_flipped_bit_gets_through()
    {
        var content = Three();
        for (var i = 0; i < content.Length; i++)
        {
            content[i] ^= 4;
            Assert.Equal(i / (content.Length / 3), EventFile.Read(content, out _).Count);
            content[i] ^= 4;
        }
    }

    private static byte[] Three()
    {
        using var stream = new MemoryStream();
        for (var step = 1; step <= 3; step++) EventFile.Write(stream, new Event { Step = step, WallTime = 1.5 });
        return stream.ToArray();
    }
}
