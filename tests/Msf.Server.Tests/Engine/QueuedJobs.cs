using Msf.Sampling;

namespace Msf.Server.Tests.Engine;

/// <summary>Jobs that nobody will make.</summary>
internal static class QueuedJobs
{
    internal static GenerationJob Of(string client, string key, int count, int limit)
    {
        var settings = new GenerationSettings
        {
            Model = "m",
            Classes = ["c"],
            Count = count,
            Seed = 0,
            Steps = [1],
            Guidance = [1],
            GuidanceInterval = [[0, 1]],
            Solver = [SolverKind.Euler],
            Width = 8,
            Height = 8,
        };
        var job = new GenerationJob { Client = client, Kind = JobKind.Generate, Settings = settings, Created = DateTimeOffset.UnixEpoch };
        job.Tasks =
        [
            .. Enumerable.Range(0, count).Select(index => new ImageTask
            {
                Job = job, Index = index, Settings = settings, Sampling = new SamplingConfig { Stages = [new StageSamplingConfig { Steps = 1 }] }, Target = null, Label = 0, ImageIndex = index,
                BatchKey = key, BatchLimit = limit, Work = [1.0],
            }),
        ];
        return job;
    }
}
