using System.Text.Json;

namespace Msf.Browser.Tests;

/// <summary>Keys, lost connections, reloads, and what goes over the wire.</summary>
public sealed class ConnectionTests(Workplace workplace) : PageTest(workplace)
{
    [Fact]
    public void A_lost_connection_is_taken_up_again_and_no_event_is_lost()
    {
        using var proxy = new BreakingProxy(Server.Port);
        Open("/", proxy.Address);
        Set(count: 4, seed: 50, baseSteps: 200, detailSteps: 60);
        Find("button.primary").Click();
        Wait("a preview", () => All(".tile .badge").Count == 4);

        proxy.Break(refuse: 2);

        Wait("the loss to be told", () => State.Contains("connection is lost", StringComparison.Ordinal));
        Assert.StartsWith("4 images in ", End(), StringComparison.Ordinal);
        Wait("the images", () => Script<bool>("return [...document.querySelectorAll('img.final')].length === 4 && [...document.querySelectorAll('img.final')].every(image => image.naturalWidth === 32)"));
    }

    [Fact]
    public void A_reload_finds_the_job_that_runs()
    {
        Open();
        Set(count: 8, seed: 51, baseSteps: 200, detailSteps: 60);
        Find("button.primary").Click();
        Wait("a preview", () => All(".tile .badge").Count > 0);
        Reload();
        Wait("the job", () => All(".job.running").Count == 1);
        Assert.StartsWith("8 images in ", End(), StringComparison.Ordinal);
        Assert.Equal("51", Field("Seed").GetAttribute("value"));
    }

    [Fact]
    public void A_reload_finds_a_job_of_another_model_than_the_page_shows()
    {
        Open();
        Set(count: 8, seed: 54, baseSteps: 200, detailSteps: 60);
        Find("button.primary").Click();
        Wait("a preview", () => All(".tile .badge").Count > 0);
        Choose("cifar10");
        Reload();
        Wait("the job", () => All(".job.running").Count == 1);
        Assert.Equal("cifar10", Field("Model").GetAttribute("value"));
        Assert.StartsWith("8 images in ", End(), StringComparison.Ordinal);
        Choose("noto-emoji");

        void Choose(string model)
        {
            Field("Model").SendKeys(model);
            Wait("its classes", () => Script<bool>("return document.querySelector('.classes input[type=checkbox]').value === arguments[0]", model == "cifar10" ? "airplane" : "smiley_face"));
        }
    }

    [Fact]
    public void Variations_are_copied_as_curl_with_their_base()
    {
        Open();
        Set(count: 2, seed: 55, baseSteps: 3, detailSteps: 2);
        Find("button.primary").Click();
        End();
        Find(".tile button.picture").Click();
        Button("Variations of its base").Click();
        Wait("the variations", () => Find(".job").GetAttribute("aria-label")!.StartsWith("Variations", StringComparison.Ordinal));
        Assert.StartsWith("2 images in ", End(), StringComparison.Ordinal);
        Find(".tile button.picture").Click();
        Button("Use these settings").Click();
        Wait("the shared base", () => All(".hint").Any(hint => hint.Text.StartsWith("All share the base", StringComparison.Ordinal)));
        Script("Object.defineProperty(navigator, 'clipboard', { value: { writeText: async text => { window.copied = text; } }, configurable: true })");
        Button("Copy as curl").Click();
        Wait("the copy", () => Script<string?>("return window.copied ?? null") is not null);
        Assert.Contains("\"base_index\":0", Script<string>("return window.copied"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_asked_for_once_and_goes_with_everything()
    {
        using var server = new MsfServer("--api-key", "correct-horse-battery");
        Driver.Navigate().GoToUrl(server.Address);
        Give("wrong-key");
        Wait("the refusal", () => All("dialog .notice.bad").Count == 1);
        Give("correct-horse-battery");
        Ready();
        Wait("the thumbnails", () => Script<bool>("return [...document.querySelectorAll('.classes img')].every(image => image.naturalWidth > 0)"));
        Set(count: 1, seed: 52, baseSteps: 4, detailSteps: 2);
        Find("button.primary").Click();
        Assert.StartsWith("1 image in ", End(), StringComparison.Ordinal);
        Wait("the picture in the gallery", () => Script<bool>("return document.querySelector('.shot img')?.naturalWidth === 32"));
        Reload();
        Assert.Empty(All("dialog"));

        void Give(string key)
        {
            Find("dialog input[type=password]").SendKeys(key);
            Button("Use this key").Click();
        }
    }

    [Fact]
    public void The_request_is_copied_as_a_command_and_as_curl()
    {
        Open();
        Driver.ExecuteCdpCommand("Browser.setPermission", new Dictionary<string, object?> { ["permission"] = new Dictionary<string, object?> { ["name"] = "clipboard-write" }, ["setting"] = "denied" });
        Set(count: 3, seed: 60, baseSteps: 12, detailSteps: 6);
        Script("Object.defineProperty(navigator, 'clipboard', { value: { writeText: async text => { window.copied = text; } } })");
        Button("Copy as command").Click();
        Wait("the copy", () => Script<string?>("return window.copied ?? null") is not null);
        Assert.Equal("msf sample --model noto-emoji --count 3 --seed 60 --steps 12,6 --guidance 4,1 --out images.png", Script<string>("return window.copied"));
        Button("Copy as curl").Click();
        Wait("the copy", () => Script<string>("return window.copied").StartsWith("curl", StringComparison.Ordinal));
        var curl = Script<string>("return window.copied");
        using var body = JsonDocument.Parse(curl[(curl.IndexOf('{', StringComparison.Ordinal))..(curl.LastIndexOf('}') + 1)]);
        Assert.Equal(60, body.RootElement.GetProperty("seed").GetInt64());
        Assert.Contains($"{Server.Address}/v1/images/generations", curl, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_light_loads_nothing_from_elsewhere_and_obeys_a_strict_policy()
    {
        Open();
        Driver.ExecuteCdpCommand("Network.clearBrowserCache", []);
        Reload();
        var measured = Script<string>("""
            const own = performance.getEntriesByType("resource").filter(entry => /\.(js|css|svg)$/.test(new URL(entry.name).pathname));
            const [page] = performance.getEntriesByType("navigation");
            return JSON.stringify({
              requests: own.length + 1, bytes: page.transferSize + own.reduce((sum, entry) => sum + entry.transferSize, 0),
              firstPaint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime, domInteractive: page.domInteractive, ready: performance.getEntriesByName("msf-ready")[0].startTime,
              elsewhere: performance.getEntriesByType("resource").filter(entry => new URL(entry.name).origin !== location.origin).map(entry => entry.name),
            });
            """);
        File.WriteAllText(Artifacts.PathOf("weight.json"), measured);
        using var weight = JsonDocument.Parse(measured);
        Assert.Empty(weight.RootElement.GetProperty("elsewhere").EnumerateArray());
        Assert.InRange(weight.RootElement.GetProperty("bytes").GetInt64(), 1, 150_000);

        using var request = new HttpRequestMessage(HttpMethod.Get, Server.Address);
        using var response = Http.Send(request, Cancellation);
        var policy = string.Join(";", response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Script("const script = document.createElement('script'); script.textContent = 'window.smuggled = true'; document.head.append(script)");
        Assert.False(Script<bool>("return window.smuggled === true"));
    }
}
