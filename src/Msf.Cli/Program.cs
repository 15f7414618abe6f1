using Msf.Cli;

using var signals = new StopSignals();
return await MsfCommandLine.RunAsync(args, new Terminal(Console.Out, Console.Error), signals.Token);
