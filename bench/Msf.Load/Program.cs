using System.Globalization;
using Msf.Load;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
double Argument(int place, double byDefault) => args.Length > place ? double.Parse(args[place], CultureInfo.InvariantCulture) : byDefault;
switch (args.FirstOrDefault())
{
    case "latency": return await Latency.RunAsync((int)Argument(1, 100), (int)Argument(2, 8));
    case "overload": return await Overload.RunAsync(TimeSpan.FromMinutes(Argument(1, 10)), Argument(2, 4));
    case "cancel": return await CancelLatency.RunAsync((int)Argument(1, 50));
    case "kill": return await KillRestart.RunAsync((int)Argument(1, 10));
    case "fuzz": return await ApiFuzz.RunAsync((int)Argument(1, 100_000), (int)Argument(2, 1));
    default:
        Console.Error.WriteLine("""
            Measures msf serve with the bundled model; starts the server itself, on loopback, with a gallery in a temporary folder.
              latency [requests] [users]     seconds to the base preview and to the image; throughput of one user and of several
              overload [minutes] [times]     more requests than it can serve: statuses, /healthz, memory
              cancel [times]                 from DELETE to a free worker
              kill [times]                   kill -9 in the middle, again and again: the gallery, and seconds to ready
              fuzz [requests] [seed]         requests made from the OpenAPI document, most of them wrong
            """);
        return 2;
}
