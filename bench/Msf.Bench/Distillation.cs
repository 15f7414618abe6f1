using System.Diagnostics;
using Msf.Checkpoints;
using Msf.Runtime;
using Msf.Sampling;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>
/// How far a student's end points are from its teacher's of many steps, from the same noise, beside the undistilled teacher's at the student's steps; and
/// seconds per image of all, in turns.
/// </summary>
internal static class Distillation
{
    private const int Batch = 16;

    public static void Run(string teacherFolder, string studentFolder, int count, int rounds)
    {
        using var teacher = MsfModel.Load(teacherFolder);
        using var student = MsfModel.Load(studentFolder);
        var made = student.Manifest.Distillation ?? throw new ArgumentException($"{studentFolder} is not distilled");
        var defaults = teacher.Manifest.Sampling;
        SamplingConfig Steps(SamplingConfig sampling, Func<int, int> steps) => sampling with
        {
            Stages = [.. sampling.Stages.Select((stage, i) => stage with { Steps = steps(i) })],
        };
        var arms = new List<(string Name, MsfModel Model, SamplingConfig Sampling)>
        {
            ("teacher, 50 steps", teacher, Steps(defaults, _ => 50)),
            ("teacher, its default", teacher, defaults),
            ("teacher, student's steps", teacher, Steps(defaults, i => Math.Max(1, made.Windows[i]))),
            ("teacher, twice these", teacher, Steps(defaults, i => 2 * Math.Max(1, made.Windows[i]))),
            ("student, 1 step a window", student, student.Manifest.Sampling),
            ("student, 2 steps a window", student, Steps(student.Manifest.Sampling, i => 2 * Math.Max(1, made.Windows[i]))),
        };
        Console.WriteLine($"{studentFolder} of {made.Teacher}, windows {string.Join(" + ", made.Windows)}, {student.Precision.ToName()}, {get_num_threads()} threads, {count} images in batches of {Batch}");
        var distances = arms.ToDictionary(arm => arm.Name, _ => new double[2]);
        for (var first = 0; first < count; first += Batch)
        {
            using var scope = NewDisposeScope();
            var all = arms.Select(arm => arm.Model.Sampler.SampleLevels(Request(arm.Model, arm.Sampling, first))).ToArray();
            for (var arm = 0; arm < arms.Count; arm++)
            {
                distances[arms[arm].Name][0] += Distance(all[0][0], all[arm][0]) * Batch / count;
                distances[arms[arm].Name][1] += Distance(all[0][^1], all[arm][^1]) * Batch / count;
            }
        }
        var seconds = arms.ToDictionary(arm => arm.Name, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, model, sampling) in arms)
            {
                using var scope = NewDisposeScope();
                var clock = Stopwatch.StartNew();
                model.Sample(Request(model, sampling, 0));
                seconds[name].Add(clock.Elapsed.TotalSeconds / Batch);
            }
        }
        Console.WriteLine("mean square distance to the first (base, image, of values in [-1, 1]); seconds an image (median, least, most); forwards an image");
        foreach (var (name, _, sampling) in arms)
            Console.WriteLine(
                $"{name,-26} {distances[name][0]:F4} {distances[name][1]:F4}   {seconds[name].Median():F4} ({seconds[name].Min():F4} to {seconds[name].Max():F4})   {string.Join(" + ", sampling.Stages.Select(stage => stage.Forwards()))}");
    }

    private static SamplingRequest Request(MsfModel model, SamplingConfig sampling, int first) => new()
    {
        Labels = [.. Enumerable.Range(first, Batch).Select(i => i % model.Manifest.Model.Classes)],
        ImageIndices = [.. Enumerable.Range(first, Batch).Select(i => (long)i)],
        Seed = 0,
        Sampling = sampling,
    };

    private static double Distance(Tensor a, Tensor b) => a.sub(b).Squared().mean().item<float>();
}
