using System.Diagnostics;
using Msf.Checkpoints;
using static TorchSharp.torch;

namespace Msf.Server;

/// <summary>Makes batches stage by stage on the thread of a model's worker; at the border between two stages later arrivals may catch up and join.</summary>
/// <param name="model">The model.</param>
/// <param name="card">What is known of it.</param>
/// <param name="context">What all workers share.</param>
/// <param name="speed">Learns what a batch takes.</param>
/// <param name="delivery">Takes what is made.</param>
/// <param name="takeLate">Takes waiting images of a key from the queue, at most so many.</param>
internal sealed class BatchRunner(MsfModel model, ModelCard card, EngineContext context, ModelSpeed speed, ImageDelivery delivery, Func<string, int, List<ImageTask>> takeLate)
{
    /// <summary>Makes the images of a batch.</summary>
    internal void Make(List<ImageTask> tasks)
    {
        RunningBatch? batch = null;
        using var activity = EngineMeter.Activities.StartActivity("batch");
        activity?.SetTag("msf.model", card.Name).SetTag("msf.images", tasks.Count);
        try
        {
            tasks.RemoveAll(task => task.Job.IsOver);
            if (tasks.Count == 0) return;
            batch = new RunningBatch(model, tasks);
            while (!batch.Cohort.IsDone)
            {
                batch = LetCatchUp(batch);
                if (!RunStage(batch)) return;
            }
            var images = batch.ToImages(model, batch.Cohort.Level!, complete: true);
            delivery.Finished([.. batch.Tasks.Zip(images)]);
            if (!batch.HasPicture) speed.Measured(card.At(batch.Tasks[0].Settings), batch.Tasks[0].Sampling, images.Length, batch.Seconds);
        }
        catch (Exception error)
        {
            ServerLog.BatchFailed(context.Log, error, card.Name);
            Fail(batch?.Tasks ?? tasks);
        }
        finally
        {
            batch?.Dispose();
        }
    }

    // Images of the same settings that came after these were begun run the stages that these have behind them, and then all go on together, as the batch that is returned.
    private RunningBatch LetCatchUp(RunningBatch batch)
    {
        if (batch.Cohort.Stage == 0 || batch.HasWaited) return batch;
        var allowed = (int)Math.Min(batch.Room, context.Options.Limits.Patience * batch.Tasks.Count);
        var late = allowed < 1 ? [] : takeLate(batch.Tasks[0].BatchKey, allowed);
        late.RemoveAll(task => task.Job.IsOver);
        if (late.Count == 0) return batch;
        batch.HasWaited = true;
        RunningBatch? followers = null;
        try
        {
            followers = new RunningBatch(model, late);
            while (followers.Cohort.Stage < batch.Cohort.Stage)
            {
                if (RunStage(followers)) continue;
                followers.Dispose();
                return batch;
            }
            if (batch.DropUnwanted())
            {
                batch.Join(followers);
                return batch;
            }
            batch.Dispose();
            return followers;
        }
        catch
        {
            followers?.Dispose();
            Fail(late);
            throw;
        }
    }

    // One stage of a batch; false where nobody wants its images any more.
    private bool RunStage(RunningBatch batch)
    {
        var (cohort, stage) = (batch.Cohort, batch.Cohort.Stage);
        using var activity = EngineMeter.Activities.StartActivity("stage");
        activity?.SetTag("msf.stage", stage).SetTag("msf.images", batch.Tasks.Count);
        context.Meter.StageBegun(card.Name, stage, batch.Tasks.Count);
        var clock = Stopwatch.StartNew();
        do
        {
            if (!batch.DropUnwanted()) return false;
            try
            {
                context.Turn.Run(() => cohort.Advance(batch.Nobody));
            }
            catch (OperationCanceledException) when (batch.Nobody.IsCancellationRequested)
            {
                return false;
            }
            var (step, steps) = cohort.IsAtBorder ? (batch.Tasks[0].Settings.Steps[stage], batch.Tasks[0].Settings.Steps[stage]) : (cohort.Step, cohort.Steps);
            foreach (var group in batch.Tasks.GroupBy(task => task.Job))
                group.Key.Stepped(stage, StageName(stage), step, steps, group.Count() * batch.WorkOfStep(stage, steps), speed.SecondsPerWork);
            Show(batch, stage, step, steps);
        }
        while (!cohort.IsAtBorder);
        batch.Seconds += clock.Elapsed.TotalSeconds;
        context.Meter.StageDone(card.Name, stage, clock.Elapsed.TotalSeconds);
        return true;
    }

    // The base when it is there, and where somebody looks on, a few times before.
    private void Show(RunningBatch batch, int stage, int step, int steps)
    {
        if (batch.Cohort.IsDone) return;
        var complete = batch.Cohort.IsAtBorder;
        var wanted = batch.Tasks.Where(task => complete || (task.Job.Events.HasReaders && Previews(task.Job, step, steps))).ToHashSet();
        if (wanted.Count == 0) return;
        using var scope = NewDisposeScope();
        if (batch.Cohort.Preview() is not { } level) return;
        var images = batch.ToImages(model, level, complete: false);
        delivery.Previewed(stage, complete, [.. batch.Tasks.Zip(images).Where(pair => wanted.Contains(pair.First))]);
    }

    private static bool Previews(GenerationJob job, int step, int steps)
    {
        var parts = job.PreviewsAStage + 1;
        return step * parts / steps != (step - 1) * parts / steps && step < steps;
    }

    private void Fail(IEnumerable<ImageTask> tasks)
    {
        foreach (var task in tasks)
            task.Job.Fail(new RequestException("the images could not be made; the server's log says why.", null, 500, "generation_failed"), context.Time.GetUtcNow());
    }

    private string StageName(int stage) => StageNames.Of(stage, card.Stages);
}
