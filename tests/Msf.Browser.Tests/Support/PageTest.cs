using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Msf.Browser.Tests;

/// <summary>A test of the page in a fresh tab's state: nothing stored, desktop size, light, online.</summary>
[Collection(SharedWorkplace.Name)]
public abstract class PageTest : IDisposable
{
    private static readonly TimeSpan _longEnough = TimeSpan.FromSeconds(60);
    private readonly Workplace _workplace;

    protected PageTest(Workplace workplace)
    {
        Chromium.Require();
        _workplace = workplace;
        Resize(1440, 1000);
        Emulate("light");
    }

    internal ChromeDriver Driver => _workplace.Driver;

    internal MsfServer Server => _workplace.Server;

    protected HttpClient Http { get; } = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Http.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens a page with empty storage and waits until it is ready.</summary>
    protected void Open(string path = "/", string? address = null)
    {
        // A file of the same origin, where storage can be emptied before the page reads it.
        Driver.Navigate().GoToUrl($"{address ?? Server.Address}/img/mark.svg");
        Script("sessionStorage.clear(); localStorage.clear()");
        _ = Driver.Manage().Logs.GetLog("browser");
        Driver.Navigate().GoToUrl((address ?? Server.Address) + path);
        Ready();
    }

    /// <summary>Waits until the page says that it is ready.</summary>
    protected void Ready() => Wait("the page to be ready", () => Script<string?>("return document.body?.dataset.ready ?? null") == "yes");

    protected void Reload()
    {
        Driver.Navigate().Refresh();
        Ready();
    }

    /// <summary>The one visible element that matches.</summary>
    protected IWebElement Find(string selector)
    {
        IWebElement? found = null;
        Wait($"{selector} to be there", () => (found = Driver.FindElements(By.CssSelector(selector)).FirstOrDefault(element => element.Displayed)) is not null);
        return found!;
    }

    protected IReadOnlyList<IWebElement> All(string selector) => [.. Driver.FindElements(By.CssSelector(selector)).Where(element => element.Displayed)];

    /// <summary>A visible button by its words.</summary>
    protected IWebElement Button(string words)
    {
        IWebElement? found = null;
        Wait($"a button \"{words}\"", () => (found = All("button, a.button, label.button").LastOrDefault(element => element.Text.Trim() == words)) is not null);
        return found!;
    }

    /// <summary>Writes into a field in place of what is there.</summary>
    protected static void Type(IWebElement field, string text)
    {
        field.SendKeys(Keys.Control + "a");
        field.SendKeys(text);
    }

    /// <summary>Sets count, seed and steps of both stages.</summary>
    protected void Set(int count, long seed, int baseSteps, int detailSteps)
    {
        Type(Field("Images"), $"{count}");
        Type(Field("Seed"), $"{seed}");
        Type(Find("[aria-label='Base: steps']"), $"{baseSteps}");
        Type(Find("[aria-label='Residual: steps']"), $"{detailSteps}");
    }

    /// <summary>The field within a label of these words.</summary>
    protected IWebElement Field(string label) =>
        Driver.FindElement(By.XPath($"//form//label[span[normalize-space()='{label}']]//*[(self::input and not(@type='radio')) or self::select]"));

    protected string State => Find(".job .state").Text;

    /// <summary>Waits for the end of the newest job, and gives what it says.</summary>
    protected string End()
    {
        Wait("the job to end", () => Script<bool>("const job = document.querySelector('.job'); return job !== null && !job.classList.contains('running') && !job.classList.contains('rest')"));
        return State;
    }

    protected void Wait(string forWhat, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (condition()) return;
            }
            catch (StaleElementReferenceException)
            {
                // The page has drawn anew meanwhile.
            }
            if (clock.Elapsed > _longEnough)
            {
                Screenshot($"failed-{GetType().Name}");
                Assert.Fail($"waited in vain for {forWhat}; see artifacts/browser/failed-{GetType().Name}.png. The page's log: {string.Join(" / ", Log())}");
            }
            Thread.Sleep(20);
        }
    }

    protected T Script<T>(string script, params object[] arguments) => (T)Driver.ExecuteScript(script, arguments)!;

    protected void Script(string script, params object[] arguments) => Driver.ExecuteScript(script, arguments);

    protected void Resize(int width, int height, bool phone = false)
    {
        Driver.ExecuteCdpCommand("Emulation.setDeviceMetricsOverride", new Dictionary<string, object?> { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = phone });
        Driver.ExecuteCdpCommand("Emulation.setTouchEmulationEnabled", new Dictionary<string, object?> { ["enabled"] = phone });
    }

    /// <summary>What the system prefers: light or dark, and less motion.</summary>
    protected void Emulate(string scheme, bool reducedMotion = false) => Driver.ExecuteCdpCommand("Emulation.setEmulatedMedia", new Dictionary<string, object?>
    {
        ["features"] = new[]
        {
            new Dictionary<string, object?> { ["name"] = "prefers-color-scheme", ["value"] = scheme },
            new Dictionary<string, object?> { ["name"] = "prefers-reduced-motion", ["value"] = reducedMotion ? "reduce" : "no-preference" },
        },
    });

    protected void Screenshot(string name) => Driver.GetScreenshot().SaveAsFile(Artifacts.PathOf($"{name}.png"));

    /// <summary>What the browser has to complain about: errors of scripts, refusals of the content policy, failed requests.</summary>
    protected IReadOnlyList<string> Log() => [.. Driver.Manage().Logs.GetLog("browser").Where(entry => entry.Level >= OpenQA.Selenium.LogLevel.Warning).Select(entry => entry.Message)];

    /// <summary>Items of the gallery, newest first.</summary>
    internal async Task<IReadOnlyList<JsonElement>> GalleryAsync(MsfServer? server = null)
    {
        var page = await Http.GetFromJsonAsync<JsonElement>($"{(server ?? Server).Address}/api/gallery?limit=100", Cancellation);
        return [.. page.GetProperty("items").EnumerateArray()];
    }
}
