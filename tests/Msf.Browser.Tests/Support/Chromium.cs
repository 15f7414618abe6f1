using OpenQA.Selenium.Chrome;

namespace Msf.Browser.Tests;

/// <summary>Debian's Chromium, headless, and its driver.</summary>
internal static class Chromium
{
    private static readonly string? _browser = Find("chromium");
    private static readonly string? _driver = Find("chromedriver");

    /// <summary>Skips the test where there is no Chromium; where all must be tested (CI is set), it fails instead.</summary>
    internal static void Require()
    {
        if (_browser is not null && _driver is not null) return;
        var why = $"needs {(_browser is null ? "chromium" : "chromedriver")}: apt-get install chromium chromium-driver";
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 }) Assert.Fail(why);
        Assert.Skip(why);
    }

    /// <summary>Starts it.</summary>
    internal static ChromeDriver Start()
    {
        var options = new ChromeOptions { BinaryLocation = _browser! };
        options.AddArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1440,1000", "--lang=en");
        options.SetLoggingPreference("browser", OpenQA.Selenium.LogLevel.All);
        var service = ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(_driver)!, Path.GetFileName(_driver)!);
        service.SuppressInitialDiagnosticInformation = true;
        service.HideCommandPromptWindow = true;
        return new ChromeDriver(service, options, TimeSpan.FromSeconds(60));
    }

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
