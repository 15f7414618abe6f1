using Msf.Evaluation;

namespace Msf.Cli;

/// <summary>Shows where a search of settings stands: one line that is rewritten on a terminal, a line every ten seconds elsewhere.</summary>
/// <param name="output">Standard error.</param>
internal sealed class TuningProgressLine(TextWriter output) : IProgress<TuningProgress>, IProgress<EvaluationProgress>, IDisposable
{
    private readonly StatusLine _line = new(output, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(10));

    /// <inheritdoc/>
    public void Report(TuningProgress value)
    {
        if (_line.IsDue())
            _line.Write($"{value.Measurements} measured; candidate {value.Candidate}/{value.Candidates} with {value.Count} samples, {StatusLine.Left(value.Limit - value.Elapsed)}");
    }

    /// <inheritdoc/>
    public void Report(EvaluationProgress value)
    {
        if (_line.IsDue()) _line.Write($"features of the data: {value.Done}/{value.Count} images");
    }

    /// <inheritdoc/>
    public void Dispose() => _line.Finish();
}
