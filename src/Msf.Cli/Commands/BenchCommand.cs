using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Msf.Runtime;
using Msf.Sampling;
using Msf.Training;
using static TorchSharp.torch;

namespace Msf.Cli.Commands;

/// <summary><c>msf bench</c>: this machine's product ceiling, and what forward passes and training steps reach of it.</summary>
internal sealed class BenchCommand : MsfCommand
{
    private readonly Option<string> _precision = PrecisionOption.Create();
    private readonly Option<string> _device = DeviceOption.Create();
    private readonly Option<int> _rounds = new("--rounds") { Description = "Interleaved rounds; more is steadier.", DefaultValueFactory = _ => 7, HelpName = "N" };
    private readonly Option<bool> _calibrate = new("--calibrate")
    {
        Description = "Measure once, in some ten seconds, what msf info needs to predict seconds, and keep it in the user's cache.",
    };

    private readonly Option<string?> _out = new("--out") { Description = "With --calibrate: write the calibration to this file instead.", HelpName = "FILE" };
    private readonly Option<bool> _json = JsonOption();

    /// <param name="terminal">Where it writes.</param>
    internal BenchCommand(Terminal terminal) : base(
        terminal, "bench", "Measure this machine's product ceiling, and what a DiT-S reaches of it.",
        "msf bench", "msf bench --json --rounds 15", "msf bench --precision bf16", "msf bench --calibrate")
    {
        foreach (var option in new Option[] { _precision, _device, _rounds, _calibrate, _out, _json }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var rounds = arguments.GetValue(_rounds);
        if (rounds is < 1 or > 1000) throw new UsageException($"--rounds is {rounds}; expected 1 to 1000.");
        if (arguments.GetValue(_out) is not null && !arguments.GetValue(_calibrate)) throw new UsageException("--out is for --calibrate; give both, or redirect --json.");
        var device = DeviceOption.Resolve(arguments.GetRequiredValue(_device));
        var precision = PrecisionSelector.Resolve(PrecisionOption.Resolve(arguments.GetRequiredValue(_precision)), device);
        Terminal.Error.WriteLine($"measuring in {precision.ToName()} with {get_num_threads()} threads; other work on this machine spoils the figures");
        if (arguments.GetValue(_calibrate)) return Calibrate(device, precision, rounds, arguments, cancellation);
        var ceiling = ProductCeiling.Measure(device);
        var results = new List<ThroughputResult>();
        foreach (var what in ThroughputCase.Standard)
        {
            Terminal.Error.WriteLine($"{what.Width} wide, {what.Depth} deep, {what.Transformer.Tokens} tokens, batch {what.Batch}: {rounds} rounds");
            results.Add(ThroughputBenchmark.Measure(what, precision, device, rounds, cancellation));
        }
        if (arguments.GetValue(_json))
            Terminal.WriteJson(
                new BenchReport(
                    new BenchReport.CeilingRates(ceiling.Fp32, ceiling.Bf16),
                    [.. results.Select(result => BenchReport.Of(result, result.Forward))],
                    [.. results.Select(result => BenchReport.Of(result, result.Train))]),
                BenchJson.Default.BenchReport);
        else
            Print(ceiling, results);
        return ExitCode.Done;
    }

    private int Calibrate(Device device, ComputePrecision precision, int rounds, ParseResult arguments, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var calibration = CalibrationRun.Measure(device, precision, rounds, cancellation);
        var seconds = Math.Round(clock.Elapsed.TotalSeconds, 1);
        var path = arguments.GetValue(_out) ?? MachineCalibration.PathOf(device, precision);
        calibration.Save(path);
        if (arguments.GetValue(_json))
            Terminal.WriteJson(new CalibrationReport(path, seconds, calibration), CalibrationJson.Default.CalibrationReport);
        else
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"calibrated {calibration.Machine} in {precision.ToName()} in {seconds:F1} s: its own networks within {calibration.LargestError:P1}, mean {calibration.MeanError:P1}; {path}"));
        return ExitCode.Done;
    }

    private void Print(ProductCeiling ceiling, List<ThroughputResult> results)
    {
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ceiling   fp32 {ceiling.Fp32 / 1e9:F0}, bf16 {ceiling.Bf16 / 1e9:F0} GFLOP/s"));
        foreach (var result in results)
        {
            Line("forward", result, result.Forward);
            Line("train", result, result.Train);
        }
    }

    private void Line(string name, ThroughputResult result, ThroughputRate rate) => Terminal.Out.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-9} {result.Case.Transformer.Tokens,3} tokens {result.Precision.ToName()} {rate.Flops / 1e9,6:F0} GFLOP/s = {rate.OfCeiling:P0} of the ceiling ({rate.Lowest:P0} to {rate.Highest:P0}), {rate.ImagesPerSecond:F1} images/s"));

}
