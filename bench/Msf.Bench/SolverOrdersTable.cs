using System.Globalization;
using Msf.Diffusion;
using Msf.Sampling;
using Msf.Tests;
using static TorchSharp.torch;

namespace Msf.Bench;

/// <summary>Prints the order of every solver on every path, on problems with a known answer, as tables in Markdown.</summary>
internal static class SolverOrdersTable
{
    private static readonly PathKind[] _paths = Enum.GetValues<PathKind>();
    private static readonly int[] _budgets = [4, 8, 16, 32];

    internal static void Run()
    {
        Between();
        Weak();
        Whole();
        Adaptive();
    }

    private static void Between()
    {
        Console.WriteLine("Order from 256 to 512 steps between t = 0.1 and 0.9, Gaussian / mixture\n");
        Head("solver", _paths.Select(Name));
        foreach (var solver in SolverOrders.Deterministic)
            Row(Name(solver), _paths.Select(path => string.Join(" / ", SolverOrders.Problems(path).Select(problem => Order(n =>
                SolverOrders.Error(solver, problem, SolverOrders.Between(0.1, 0.9, 4 * n)))))));
    }

    private static void Weak()
    {
        Console.WriteLine("\nOrder of mean and variance from 64 to 128 steps between t = 0.1 and 0.7, Gaussians\n");
        Head("solver", _paths.Select(Name));
        foreach (var (name, kind, options) in SolverOrders.Stochastic)
            Row(name.ToLowerInvariant(), _paths.Select(path => Order(n =>
                SolverOrders.WeakError(kind, path, SolverOrders.Between(0.1, 0.7, n), options))));
    }

    // What counts in use: from pure noise to data, at few evaluations.
    private static void Whole()
    {
        foreach (var kind in new[] { TimeGridKind.Uniform, TimeGridKind.Quadratic, TimeGridKind.Edm, TimeGridKind.LogSnr })
        {
            Console.WriteLine($"\nLargest error from noise to data of the mixture, {kind.ToString().ToLowerInvariant()} grid, at {string.Join(", ", _budgets)} evaluations\n");
            Head("solver", _paths.Select(Name));
            foreach (var solver in SolverOrders.Deterministic)
            {
                var evaluations = solver is SolverKind.Heun or SolverKind.DpmPp2S ? 2 : 1;
                Row(Name(solver), _paths.Select(path => string.Join(" ", _budgets.Select(budget => Text(SolverOrders.Error(
                    solver, SolverOrders.Problems(path)[1], TimeGrid.Of(path, budget / evaluations, new TimeGridConfig { Kind = kind })))))));
            }
        }
    }

    private static void Adaptive()
    {
        double[] tolerances = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
        Console.WriteLine("\ndopri5 from noise to data of the mixture: largest error (evaluations)\n");
        Head("tolerance", _paths.Select(Name));
        foreach (var tolerance in tolerances)
            Row(tolerance.ToString("0e0", CultureInfo.InvariantCulture), _paths.Select(path =>
            {
                using var scope = NewDisposeScope();
                var (calls, problem) = (0, SolverOrders.Problems(path)[1]);
                var field = new VelocityField(problem.Path, (x, t) =>
                {
                    calls++;
                    return problem.Field.At(x, t);
                });
                var noise = linspace(-2.5, 2.5, 25, dtype: ScalarType.Float64).reshape(1, 25);
                using var solver = Solver.Create(SolverKind.Dopri5, problem.Path, field, new() { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance / 1000 });
                var error = (solver.Integrate(noise, [0, 1]) - problem.Flow(noise)).abs().max().item<double>();
                return $"{Text(error)} ({calls})";
            }));
    }

    private static string Order(Func<int, double> error) =>
        SolverOrders.Order(error(64), error(128)).ToString("F2", CultureInfo.InvariantCulture);

    private static string Text(double error) => error.ToString(error < 0.01 ? "0.0e0" : "0.000", CultureInfo.InvariantCulture);

    private static void Head(string first, IEnumerable<string> columns)
    {
        Row(first, columns);
        Row("---", _paths.Select(_ => "---"));
    }

    private static void Row(string first, IEnumerable<string> columns) => Console.WriteLine($"| {first} | {string.Join(" | ", columns)} |");

    private static string Name<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
