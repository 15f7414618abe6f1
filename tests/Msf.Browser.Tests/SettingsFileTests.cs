using System.Text.Json;
using OpenQA.Selenium;

namespace Msf.Browser.Tests;

/// <summary>A PNG gives its settings back: dropped on the page, or chosen; one of the page, or one of the command line.</summary>
public sealed class SettingsFileTests(Workplace workplace) : PageTest(workplace)
{
    private const string Drop = """
        const bytes = Uint8Array.from(atob(arguments[0]), letter => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], arguments[1], { type: "image/png" }));
        for (const kind of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
        """;

    [Fact]
    public async Task A_dropped_png_of_the_page_restores_its_settings()
    {
        Open();
        Type(Find("[aria-label='Search classes']"), "flag");
        Wait("the search", () => All(".classes .list label").Count == 1);
        Find(".classes .list label").Click();
        Set(count: 2, seed: 4711, baseSteps: 7, detailSteps: 3);
        Type(Find("[aria-label='Base: guidance']"), "2.5");
        Find("button.primary").Click();
        End();
        var newest = (await GalleryAsync())[0];
        var file = await Http.GetByteArrayAsync($"{Server.Address}{newest.GetProperty("url").GetString()}", Cancellation);

        Open();
        Assert.NotEqual("4711", Field("Seed").GetAttribute("value"));
        Script(Drop, Convert.ToBase64String(file), "flag.png");

        Wait("the seed", () => Field("Seed").GetAttribute("value") == "4711");
        Assert.Equal("2", Field("Images").GetAttribute("value"));
        Assert.Equal("7", Find("[aria-label='Base: steps']").GetAttribute("value"));
        Assert.Equal("3", Find("[aria-label='Residual: steps']").GetAttribute("value"));
        Assert.Equal("2.5", Find("[aria-label='Base: guidance']").GetAttribute("value"));
        Assert.Equal("Flag", Find(".classes .state span").Text);
        Assert.Equal("true", Find("[aria-label='Lock the seed']").GetAttribute("aria-pressed"));
        Assert.False(Find(".composer").FindElements(By.CssSelector("[aria-invalid=true]")).Count > 0);

        // What is made from the restored settings is what was there.
        Find("button.primary").Click();
        End();
        var again = (await GalleryAsync())[0];
        Assert.Equal(JsonSerializer.Serialize(newest.GetProperty("settings")), JsonSerializer.Serialize(again.GetProperty("settings")));
        Assert.Empty(Log());
    }

    [Fact]
    public void A_file_of_the_command_line_restores_its_settings()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "clock.png");
        var text = new Dictionary<string, string>
        {
            ["Software"] = "Msf",
            ["msf:seed"] = "99",
            ["msf:steps"] = "9,4",
            ["msf:guidance"] = "3,1",
            ["msf:solver"] = "heun,euler",
            ["msf:guidance-interval"] = "0.1,0.9;0,1",
            ["msf:index"] = "0,1,2",
            ["msf:class"] = "2,2,2",
        };
        Data.PngFile.Write(file, new Data.RgbImage(new byte[8 * 8 * 3], 8, 8), text);
        Open();

        Driver.FindElement(By.CssSelector("#gallery-tools input[type=file]")).SendKeys(file);

        Wait("the seed", () => Field("Seed").GetAttribute("value") == "99");
        Assert.Equal("3", Field("Images").GetAttribute("value"));
        Assert.Equal("9", Find("[aria-label='Base: steps']").GetAttribute("value"));
        Assert.Equal("Clock", Find(".classes .state span").Text);
        Assert.Equal("heun", Driver.FindElement(By.CssSelector("[aria-label='Base: solver']")).GetAttribute("value"));
        Assert.Equal("0.1", Driver.FindElement(By.CssSelector("[aria-label='Base: guide from time']")).GetAttribute("value"));
    }

    [Fact]
    public void A_picture_without_settings_is_offered_for_enlarging()
    {
        Open();
        var file = Data.PngFile.Encode(new Data.RgbImage(new byte[8 * 8 * 3], 8, 8));
        Script(Drop, Convert.ToBase64String(file), "plain.png");
        Wait("the notice", () => All(".toast").Any(toast => toast.Text.Contains("plain.png carries no settings", StringComparison.Ordinal)));
        Button("Enlarge it").Click();
        Wait("the picture", () => All(".board canvas").Count == 1);
        Assert.Equal("Enlarge", Find("button.primary").Text);
    }
}
