using Msf.Checkpoints;
using Msf.Data;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Samples;

/// <summary>Samples with a solver of one's own: the classical Runge-Kutta method of fourth order, four evaluations a step.</summary>
internal static class OwnSolver
{
    public static void Run()
    {
        using var model = MsfModel.Load("models/noto-emoji");
        var request = model.Request(labels: [0, 1, 2, 3], seed: 7) with { Solver = (stage, path, field, noise) => stage == 0 ? new RungeKutta(field) : null };
        request = request with { Sampling = request.Sampling with { Stages = [request.Sampling.Stages[0] with { Steps = 6 }, request.Sampling.Stages[1]] } };
        using var images = model.Sample(request);
        PngFile.Write("runge-kutta.png", ImageGrid.Make(ImageTensors.ToImages(images), columns: 4));
    }

    private sealed class RungeKutta(IFlowField field) : Solver(field)
    {
        protected override Tensor Advance(Tensor x, double t, double next)
        {
            var h = next - t;
            var k1 = Field.At(x, t);
            var k2 = Field.At(x.Plus(k1.Times(h / 2)), t + h / 2);
            var k3 = Field.At(x.Plus(k2.Times(h / 2)), t + h / 2);
            var k4 = Field.At(x.Plus(k3.Times(h)), next);
            return x.Plus(k1.Plus(k2.Times(2)).Plus(k3.Times(2)).Plus(k4).Times(h / 6));
        }
    }
}
