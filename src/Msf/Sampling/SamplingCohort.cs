using System.Text.Json;
using Msf.Runtime;
using static TorchSharp.torch;

namespace Msf.Sampling;

/// <summary>
/// A batch on its way through the stages, one solver step at a time: for whoever serves many people at once. Between two steps one may look at it
/// (<see cref="Preview"/>), leave images out (<see cref="Keep"/>), or do something else; at a stage border two batches can become one (<see cref="Join"/>). An image ends as it
/// would have alone, up to the rounding of products of another number of rows.
/// </summary>
/// <remarks>Used on one thread, that of the model's tensors.</remarks>
public sealed class SamplingCohort : IDisposable
{
    private readonly SamplerStages _stages;
    private readonly SourceLevels? _source;
    private readonly KeptTensors _keptForAll = new();
    private readonly KeptTensors _keptForStage = new();
    private SamplingRequest _request;
    private StageRun? _run;
    private Tensor? _level;

    internal SamplingCohort(SamplerStages stages, SamplingRequest request)
    {
        (_stages, _request) = (stages, request);
        if (request.Source is not { } picture) return;
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        _source = _keptForAll.Keep(() => stages.Levels(picture));
        if (picture.Strength > 0) return;
        _level = stages.Level(0, Images(), null, null, _source).DetachFromDisposeScope();   // the base is given
        Stage = 1;
    }

    /// <summary>Images in it.</summary>
    public int Count => _request.Labels.Count;

    /// <summary>Number of stages.</summary>
    public int Stages => _stages.Count;

    /// <summary>The running stage, or at a border the next one, 0 (coarse) to <see cref="Stages"/>, which means done.</summary>
    public int Stage { get; private set; }

    /// <summary>Steps done of the running stage; 0 at a border.</summary>
    public int Step => _run?.Step ?? 0;

    /// <summary>Steps of the running stage; 0 at a border.</summary>
    public int Steps => _run?.Steps ?? 0;

    /// <summary>Whether no stage is running: before the first, between two, and at the end.</summary>
    public bool IsAtBorder => _run is null;

    /// <summary>Whether all stages are done.</summary>
    public bool IsDone => Stage == Stages;

    /// <summary>Merged result of the finished stages, (B, C, h, w), float32, as long as this stands there; null before the end of the first. At the end, the targets. Belongs to this.</summary>
    public Tensor? Level => _level;

    /// <summary>Takes one solver step; at a border it begins the next stage.</summary>
    /// <param name="cancellation">Looked at within a step where that can be long, by the adaptive solver.</param>
    /// <exception cref="InvalidOperationException">All stages are done.</exception>
    /// <exception cref="OperationCanceledException">Cancelled within the step, which is not taken.</exception>
    public void Advance(CancellationToken cancellation = default)
    {
        if (IsDone) throw new InvalidOperationException("all stages are done.");
        using var inference = inference_mode();
        _run ??= _keptForStage.Keep(() => _stages.Begin(Stage, Images(), _level, 1, _source, _request, null, default));
        _run.Cancellation = cancellation;
        _run.Advance();
        if (_run.Step == _run.Steps) EndStage();
    }

    /// <summary>
    /// What the network sees the images become, by the evaluation that the next step begins with: no cost, and no change to what follows. At a border, what there is.
    /// </summary>
    /// <returns>Merged result of the running level, (B, C, h, w), owned by the caller's dispose scope; null at the start and where a solver does not tell.</returns>
    public Tensor? Preview()
    {
        using var inference = inference_mode();
        if (_run is null) return _level?.alias();
        using var scope = NewDisposeScope();
        return _run.Preview() is { } data ? _stages.Level(Stage, _run.Images, data, _level, _source).MoveToOuterDisposeScope() : null;
    }

    /// <summary>Leaves all images out but some, at any time.</summary>
    /// <param name="images">Places of those that stay, rising, at least one.</param>
    /// <exception cref="ArgumentException">There is none, or one that does not exist.</exception>
    public void Keep(IReadOnlyList<int> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0 || images.Where((image, i) => image < (i == 0 ? 0 : images[i - 1] + 1) || image >= Count).Any())
            throw new ArgumentException($"images to keep are {string.Join(", ", images)}, expected at least one of 0 to {Count - 1}, rising.", nameof(images));
        if (images.Count == Count) return;
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var shared = Stage == 0 && _request.BaseIndices is not null && _source is null;       // a base goes on for all that share it
        _request = _request.Of(images);
        var rows = tensor([.. images.Select(image => (long)image)], device: _stages.Device);
        if (_source is not null) _ = _keptForAll.Keep(() => _source.Select(rows));
        if (_level is { } level)
        {
            _level = level.index_select(0, rows).DetachFromDisposeScope();
            level.Dispose();
        }
        if (_run is null) return;
        _ = _keptForStage.Keep(() =>
        {
            if (shared) KeepBases();
            else _run.Keep(rows, Images());
            return _run;
        });
    }

    /// <summary>Takes another batch in, whose images come after these; that one is then empty and disposed.</summary>
    /// <param name="other">A batch of the same sampler at the same border with the same settings, neither of them with a picture.</param>
    /// <exception cref="ArgumentException">The two do not fit.</exception>
    public void Join(SamplingCohort other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other) || other._stages != _stages || !IsAtBorder || !other.IsAtBorder || Stage != other.Stage)
            throw new ArgumentException($"a batch at stage {other.Stage} cannot join one at stage {Stage}: expected two of one model at the same border.", nameof(other));
        if (_source is not null || other._source is not null || !SameSettings(_request, other._request))
            throw new ArgumentException("batches of different settings cannot join, nor such with a picture.", nameof(other));
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        if (_level is { } level)
        {
            _level = cat([level, other._level!]).DetachFromDisposeScope();
            level.Dispose();
        }
        IReadOnlyList<long> Seeds(SamplingRequest request) => request.Seeds ?? [.. Enumerable.Repeat(request.Seed, request.Labels.Count)];
        var (one, two) = (_request, other._request);
        _request = one with
        {
            Labels = [.. one.Labels, .. two.Labels],
            ImageIndices = [.. one.ImageIndices, .. two.ImageIndices],
            Seeds = [.. Seeds(one), .. Seeds(two)],
            BaseIndices = one.BaseIndices is null && two.BaseIndices is null ? null : [.. one.BaseIndices ?? one.ImageIndices, .. two.BaseIndices ?? two.ImageIndices],
        };
        other.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndRun();
        _level?.Dispose();
        _level = null;
        _keptForAll.Dispose();
    }

    private StageImages Images() => StageImages.Of(_request, Stage, _stages.Device);

    private static bool SameSettings(SamplingRequest a, SamplingRequest b) =>
        (a.Size ?? []).SequenceEqual(b.Size ?? []) && a.ShiftBySize == b.ShiftBySize && a.Solver == b.Solver
        && JsonSerializer.Serialize(a.Sampling, JsonFormat.Line) == JsonSerializer.Serialize(b.Sampling, JsonFormat.Line);

    private void EndStage()
    {
        using var scope = NewDisposeScope();
        var level = _stages.Level(Stage, _run!.Images, _run.Data(), _level, _source).DetachFromDisposeScope();
        _level?.Dispose();
        _level = level;
        EndRun();
        Stage++;
    }

    // Several images may have had one base: those bases stay that an image needs.
    private void KeepBases()
    {
        var before = _run!.Images;
        var after = Images();
        var places = before.Labels.cpu().data<long>().Select((label, i) => (Image: (label, before.Seeds[before.Seeds.Length == 1 ? 0 : i], before.Indices[i]), Place: (long)i))
            .ToDictionary(pair => pair.Image, pair => pair.Place);
        var labels = after.Labels.cpu().data<long>().ToArray();
        var rows = labels.Select((label, i) => places[(label, after.Seeds[after.Seeds.Length == 1 ? 0 : i], after.Indices[i])]).ToArray();
        _run.Keep(tensor(rows, device: _stages.Device), after);
    }

    private void EndRun()
    {
        _run?.Dispose();
        _run = null;
        _keptForStage.Dispose();
    }
}
