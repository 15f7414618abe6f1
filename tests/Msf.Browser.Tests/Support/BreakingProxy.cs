using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Msf.Browser.Tests;

/// <summary>Passes connections on to a server, and breaks them all at a word.</summary>
internal sealed class BreakingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _open = [];
    private readonly int _target;
    private int _refusing;

    /// <param name="target">The server's port on this machine.</param>
    internal BreakingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    internal string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Breaks what is open, and then so many connections at once.</summary>
    internal void Break(int refuse)
    {
        Volatile.Write(ref _refusing, refuse);
        while (_open.TryTake(out var client)) client.Dispose();
    }

    public void Dispose()
    {
        _listener.Dispose();
        Break(0);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var incoming = await _listener.AcceptTcpClientAsync();
                if (Interlocked.Decrement(ref _refusing) >= 0)
                {
                    incoming.Dispose();
                    continue;
                }
                var outgoing = new TcpClient();
                await outgoing.ConnectAsync(IPAddress.Loopback, _target);
                _open.Add(incoming);
                _open.Add(outgoing);
                _ = PassAsync(incoming, outgoing);
                _ = PassAsync(outgoing, incoming);
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private static async Task PassAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Broken: that is what it is for.
        }
        to.Dispose();
    }
}
