using Msf.Checkpoints;
using Msf.Data;

namespace Msf.Samples;

/// <summary>The sample of the README.</summary>
internal static class TenLines
{
    public static void Run()
    {
        // <sample>
        using var model = MsfModel.Load("models/noto-emoji");
        using var images = model.Sample(model.Request(labels: [0, 1, 2], seed: 7));   // (3, 3, 32, 32) in [-1, 1]
        PngFile.Write("three.png", ImageGrid.Make(ImageTensors.ToImages(images), columns: 3));
        // </sample>
    }
}
