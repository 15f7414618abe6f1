using Msf.Diffusion;
using Msf.Sampling;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Tests.Training;

/// <summary>What a student is trained on, against a flow that is known exactly.</summary>
public sealed class WindowTeacherTests
{
    private const int Windows = 4;

    [Theory]
    [InlineData(PathKind.Linear, PredictionKind.Velocity)]
    [InlineData(PathKind.Linear, PredictionKind.Data)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Velocity)]
    [InlineData(PathKind.VariancePreservingCosine, PredictionKind.Data)]
    [InlineData(PathKind.VariancePreservingLinear, PredictionKind.Noise)]
    public void The_student_learns_the_line_from_noised_data_to_where_the_exact_flow_takes_it(PathKind kind, PredictionKind prediction)
    {
        using var scope = NewDisposeScope();
        var gaussian = new AnalyticGaussian(ProbabilityPath.Create(kind), 0.7, 0.4);
        var draw = Draw(16);
        var steps = prediction == PredictionKind.Velocity ? 48 : 600;                         // Heun, second order; DDIM, first
        var teacher = Teacher(gaussian.Denoiser(prediction), kind, prediction, new GuidanceConfig(), steps);
        var straight = teacher.Straighten(draw);
        Assert.Equal(draw.Time.data<float>(), straight.Time.data<float>());
        var (point, velocity) = (teacher.Path.Interpolate(straight.Data, straight.Noise, straight.Time), teacher.Path.Velocity(straight.Data, straight.Noise, straight.Time));
        for (var i = 0; i < 16; i++)
        {
            var t = draw.Time[i].item<float>();
            var window = (int)(t * Windows);
            var (from, to) = ((double)window / Windows, (window + 1.0) / Windows);
            var at = gaussian.Path.At(from);
            var start = draw.Data[i] * at.Alpha + draw.Noise[i] * at.Sigma;
            var line = (gaussian.Flow(start, from, to) - start) * Windows;
            Assert.True((velocity[i] - line).abs().max().item<float>() < 4e-3, $"image {i}, time {t}: velocity off by {(velocity[i] - line).abs().max().item<float>()}");
            Assert.True((point[i] - (start + line * (t - from))).abs().max().item<float>() < 2e-3);
        }
    }

    [Fact]
    public void Guidance_and_the_noise_levels_of_the_conditions_reach_the_teacher()
    {
        using var scope = NewDisposeScope();
        var seen = new List<(float[] Times, long[] Labels, float[] ConditionTimes)>();
        Tensor Network(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime)
        {
            Assert.Equal(x.shape, condition!.shape);
            seen.Add((t.data<float>().ToArray(), labels.data<long>().ToArray(), conditionTime!.data<float>().ToArray()));
            return labels.to_type(ScalarType.Float32).view(-1, 1, 1, 1).expand(x.shape).clone();  // velocity: the class, or 5 for none
        }
        var draw = Draw(4) with
        {
            Time = tensor([0.1f, 0.6f, 0.2f, 0.7f]),
            Labels = tensor([1L, 2, 3, 5]),
            Condition = zeros(4, 2, 2, 2),
            ConditionTime = tensor([0.81f, 0.82f, 0.83f, 0.84f]),
        };
        var straight = Teacher(Network, PathKind.Linear, PredictionKind.Velocity, new GuidanceConfig { Scale = 3, To = 0.5 }, steps: 1).Straighten(draw);
        var velocity = straight.Data - straight.Noise;
        // Guided in the first window: 5 + 3 (1 - 5) = -7 and 5 + 3 (3 - 5) = -1. In the third, half of Heun's step of [0.5, 0.75] is: (5 + 3 (2 - 5) + 2) / 2 = -1.
        float[] expected = [-7, -1, -1, 5];
        for (var i = 0; i < 4; i++) Assert.Equal(expected[i], velocity[i].mean().item<float>(), 1e-4f);
        var first = seen.First(call => call.Labels.Length == 4 && call.Times.All(t => t == 0));
        Assert.Equal([1L, 3, 5, 5], first.Labels);
        Assert.Equal([0.81f, 0.83f, 0.81f, 0.83f], first.ConditionTimes);
        Assert.Same(draw.Condition, straight.Condition);
    }

    [Fact]
    public void A_share_of_the_draws_looks_at_the_start_of_its_window_and_the_rest_is_spread_over_it()
    {
        using var scope = NewDisposeScope();
        var draw = Draw(8) with { Time = tensor([0f, 0.05f, 0.1f, 0.175f, 0.2499f, 0.5f, 0.625f, 1f]) };
        var times = Teacher((x, _, _, _, _) => zeros_like(x), PathKind.Linear, PredictionKind.Velocity, new(), steps: 1, startShare: 0.4).Straighten(draw).Time.data<float>().ToArray();
        float[] expected = [0, 0, 0, 0.125f, 0.2498f, 0.5f, 0.5f + 0.25f / 6, 1];
        Assert.All(expected.Zip(times), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(5)]
    public void From_noise_every_way_is_followed_through_all_windows(int count)
    {
        using var scope = NewDisposeScope();
        var gaussian = new AnalyticGaussian(ProbabilityPath.Create(PathKind.VariancePreservingLinear), 0.7, 0.4);
        var ways = count / Windows;
        var draw = Draw(count) with { Labels = arange(count, ScalarType.Int64), Condition = Draw(count).Data, ConditionTime = linspace(0.5, 1, count) };
        var teacher = Teacher((x, t, _, _, _) => gaussian.Predict(PredictionKind.Data, x, t), PathKind.VariancePreservingLinear, PredictionKind.Data, new(), steps: 400, start: WindowStart.Noise);
        var straight = teacher.Straighten(draw);
        var velocity = teacher.Path.Velocity(straight.Data, straight.Noise, straight.Time);
        for (var i = 0; i < count; i++)
        {
            var (way, window) = (i % ways, i / ways % Windows);                               // those left over begin again
            var (from, to) = ((double)window / Windows, (window + 1.0) / Windows);
            Assert.InRange(straight.Time[i].item<float>(), from - 1e-6, to);
            Assert.Equal(way, straight.Labels[i].item<long>());
            Assert.Equal(draw.ConditionTime[way].item<float>(), straight.ConditionTime![i].item<float>());
            Assert.True(TensorAssert.Identical(draw.Condition[way], straight.Condition![i]));
            var line = (gaussian.Flow(draw.Noise[way], 0, to) - gaussian.Flow(draw.Noise[way], 0, from)) * Windows;
            Assert.True((velocity[i] - line).abs().max().item<float>() < 1e-2, $"image {i}: off by {(velocity[i] - line).abs().max().item<float>()}");
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(7, 2)]
    public void A_student_that_knows_its_lines_ends_where_the_teacher_does(int windows, int stepsPerWindow)
    {
        using var scope = NewDisposeScope();
        var gaussian = new AnalyticGaussian(ProbabilityPath.Create(PathKind.VariancePreservingCosine), 0.7, 0.4);
        var model = RandomNetworks.Model(levels: 1) with { Channels = 3 };
        // Velocity is what this student predicts. Its line through x: the flow of a Gaussian is affine, so the line's start follows from two images of it.
        Tensor Student(Tensor x, Tensor t, Tensor labels, Tensor? condition, Tensor? conditionTime)
        {
            var time = t[0].item<float>();
            var window = PiecewiseLinearPath.WindowOf(time, windows);
            var (from, to, share) = ((double)window / windows, (window + 1.0) / windows, time * windows - window);
            Tensor At(Tensor start) => start * (1 - share) + gaussian.Flow(start, from, to) * share;
            var (zero, one) = (At(zeros_like(x)), At(ones_like(x)));
            var start = (x - zero) / (one - zero);
            return ((gaussian.Flow(start, from, to) - start) * windows).to_type(ScalarType.Float32);
        }
        var diffusion = new DiffusionConfig { Path = PathKind.VariancePreservingCosine };
        var sampler = new MsfSampler(model, diffusion, Msf.Factorization.ComponentStatistics.Identity(1, 3), [Student], CPU);
        var request = new SamplingRequest
        {
            Labels = [0, 1],
            ImageIndices = [0, 1],
            Seed = 3,
            Sampling = new SamplingConfig { Stages = [new StageSamplingConfig { Steps = windows * stepsPerWindow, Windows = windows }] },
        };
        var noise = Msf.Runtime.SeededNoise.Normal(3, 0, [0, 1], [3, 8, 8], CPU);
        Assert.True((sampler.Sample(request, cancellation: TestContext.Current.CancellationToken) - gaussian.Flow(noise)).abs().max().item<float>() < 1e-5);
    }

    private static WindowTeacher Teacher(Denoiser network, PathKind path, PredictionKind prediction, GuidanceConfig guidance, int steps, double startShare = 0,
        WindowStart start = WindowStart.Data) =>
        new(network, new DiffusionConfig { Path = path, Prediction = prediction }, new DistillationConfig
        {
            Teacher = "teacher",
            TeacherName = "teacher",
            TeacherIdentity = "",
            Windows = [Windows],
            TeacherSteps = [steps],
            Guidance = [guidance],
            Start = start,
            StartShare = startShare,
        }, stage: 0, nullClass: 5);

    private static StageDraw Draw(int count)
    {
        using var generator = new Generator(7);
        var data = randn([count, 2, 2, 2], generator: generator) * 0.4f + 0.7f;
        return new StageDraw(data, randn([count, 2, 2, 2], generator: generator), (arange(count).to_type(ScalarType.Float32) + 0.5f) / count, zeros(count, ScalarType.Int64), null, null);
    }
}
