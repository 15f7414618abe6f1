using Msf.Cli;

return await MsfCommandLine.RunAsync(args, new Terminal(Console.Out, Console.Error));
