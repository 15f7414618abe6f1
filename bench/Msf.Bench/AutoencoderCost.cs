using System.Diagnostics;
using System.Globalization;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Images a second, encoded and decoded, in float32 and bfloat16, in turn; the median of rounds.</summary>
internal static class AutoencoderCost
{
    public static void Run(string weights, int size, int rounds)
    {
        const int Batch = 8;
        foreach (var name in new[] { "taesd3", "kl" })
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            var arms = new[] { ComputePrecision.Float32, ComputePrecision.BFloat16 }.Select(precision => (precision, BenchAutoencoders.Load(name, weights, precision))).ToArray();
            var images = rand(Batch, 3, size, size) * 2 - 1;
            var latents = arms[0].Item2.Encode(images).Mean;
            var times = arms.ToDictionary(arm => arm.precision, _ => (Encode: new List<double>(), Decode: new List<double>()));
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var (precision, autoencoder) in arms)
                {
                    using var inner = NewDisposeScope();
                    var clock = Stopwatch.StartNew();
                    autoencoder.Encode(images);
                    var encode = clock.Elapsed.TotalSeconds;
                    autoencoder.Decode(latents);
                    if (round == 0) continue;
                    times[precision].Encode.Add(encode);
                    times[precision].Decode.Add(clock.Elapsed.TotalSeconds - encode);
                }
            }
            foreach (var (precision, time) in times)
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} {size} px {precision.ToName()}: encode {Batch / time.Encode.Median():F1} images/s, decode {Batch / time.Decode.Median():F1} images/s"));
        }
    }
}
