using Msf.Samples;

// dotnet run --project samples -c Release -- ten-lines
var samples = new Dictionary<string, Action<string[]>>
{
    ["ten-lines"] = _ => TenLines.Run(),
    ["own-folder"] = OwnFolder.Run,
    ["own-source"] = _ => OwnSource.Run(),
    ["own-solver"] = _ => OwnSolver.Run(),
    ["use-server"] = UseServer.Run,
    ["serve-inside"] = ServeInside.Run,
    ["see-factorization"] = SeeFactorization.Run,
};
if (args.Length == 0 || !samples.TryGetValue(args[0], out var sample))
{
    Console.Error.WriteLine($"which sample? One of: {string.Join(", ", samples.Keys)}");
    return 2;
}
sample(args[1..]);
return 0;
