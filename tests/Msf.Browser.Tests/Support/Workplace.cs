using OpenQA.Selenium.Chrome;

namespace Msf.Browser.Tests;

/// <summary>One browser and one server for all tests, started when the first test asks for them.</summary>
public sealed class Workplace : IDisposable
{
    private readonly Lazy<ChromeDriver> _driver = new(Chromium.Start);
    private readonly Lazy<MsfServer> _server = new(() => new MsfServer("--runs", Runs.Folder));

    /// <summary>The browser.</summary>
    internal ChromeDriver Driver => _driver.Value;

    /// <summary>The server.</summary>
    internal MsfServer Server => _server.Value;

    public void Dispose()
    {
        if (_driver.IsValueCreated) _driver.Value.Dispose();
        if (_server.IsValueCreated) _server.Value.Dispose();
        Runs.Delete();
    }
}
