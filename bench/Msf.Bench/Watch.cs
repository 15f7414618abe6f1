using Msf.Training;

namespace Msf.Bench;

/// <summary>Looks at a run after every step, on the training thread.</summary>
/// <param name="report">What it does then.</param>
internal sealed class Watch(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}
