using Msf.Data;
using OpenQA.Selenium;
using OpenQA.Selenium.Interactions;

namespace Msf.Browser.Tests;

/// <summary>Inpainting, enlarging, and sheets of steps and guidance.</summary>
public sealed class RetouchTests(Workplace workplace) : PageTest(workplace)
{
    [Fact]
    public async Task What_a_brush_marks_is_made_anew_and_the_rest_stays()
    {
        Open();
        Choose("inpainting");
        Give(Picture());
        var board = Find(".board");
        Assert.Contains("0 %", board.GetAttribute("aria-label"), StringComparison.Ordinal);
        Find("button.primary").Click();
        Wait("the refusal", () => All(".toast.bad").Any(toast => toast.Text.Contains("Mark what is to be made anew", StringComparison.Ordinal)));
        Button("Dismiss").Click();
        Script("arguments[0].scrollIntoView({ block: 'center' })", board);
        new Actions(Driver).MoveToElement(board, -60, -60).ClickAndHold().MoveByOffset(0, 120).Release().Perform();
        Wait("the mark", () => !board.GetAttribute("aria-label")!.Contains(" 0 %", StringComparison.Ordinal));
        var marked = board.GetAttribute("aria-label");

        // The same without a mouse: parts by buttons, a rectangle by numbers.
        Button("Clear").SendKeys(Keys.Enter);
        Assert.Contains("0 %", board.GetAttribute("aria-label"), StringComparison.Ordinal);
        Assert.NotEqual(marked, board.GetAttribute("aria-label"));
        Button("Right").SendKeys(Keys.Enter);
        Assert.Contains("50 %", board.GetAttribute("aria-label"), StringComparison.Ordinal);
        Screenshot("inpainting");

        Set(count: 1, seed: 9, baseSteps: 6, detailSteps: 3);
        Find("button.primary").Click();
        End();
        var newest = (await GalleryAsync())[0];
        Assert.Equal("inpainting", newest.GetProperty("kind").GetString());
        var image = ImageDecoder.Decode(await Http.GetByteArrayAsync($"{Server.Address}{newest.GetProperty("url").GetString()}", Cancellation), "the image");
        var kept = Enumerable.Range(0, 32).Select(y => image.Pixels[(32 * y + 3) * 3 + 2]);
        Assert.All(kept, blue => Assert.InRange(blue, 190, 210));
        Assert.Empty(Log());
    }

    [Fact]
    public async Task A_picture_gets_detail()
    {
        Open();
        Choose("superResolution");
        Find("button.primary").Click();
        Wait("the refusal", () => All(".toast.bad").Any(toast => toast.Text.Contains("Choose a picture first", StringComparison.Ordinal)));
        Give(Picture());
        Wait("the picture", () => All(".board canvas").Count == 1);
        Set(count: 1, seed: 9, baseSteps: 6, detailSteps: 3);
        Find("button.primary").Click();
        Assert.StartsWith("1 image in ", End(), StringComparison.Ordinal);
        Assert.Equal("superResolution", (await GalleryAsync())[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_sweep_makes_a_sheet_of_steps_and_guidance()
    {
        Open();
        Set(count: 1, seed: 40, baseSteps: 6, detailSteps: 2);
        Choose("sweep");
        Type(SweepField("Steps of the base"), "2, x");
        Wait("the complaint", () => Find("#fields").Text.Contains("whole numbers from 1 to", StringComparison.Ordinal));
        Type(SweepField("Steps of the base"), "2, 4, 8");
        Type(SweepField("Guidance of the base"), "1, 4");
        Wait("the count", () => Find("#fields").Text.Contains("6 images of one class", StringComparison.Ordinal));
        Wait("the estimate", () => Find(".estimate .words").Text.Contains("multiply-adds an image", StringComparison.Ordinal));
        Find("button.primary").Click();
        Assert.StartsWith("6 images in ", End(), StringComparison.Ordinal);
        Wait("the images", () => All(".job button.picture").Count == 6);
        Assert.Equal(["1", "4"], All(".tiles .colhead").Select(head => head.Text));
        Assert.Equal(["2", "4", "8"], All(".tiles .rowhead").Select(head => head.Text));
        Assert.Equal("4 steps, guidance 1, image 3 of 6: open", All(".job button.picture")[2].GetAttribute("aria-label"));
        Thread.Sleep(700);
        Screenshot("sweep");
        var third = (await GalleryAsync()).First(item => item.GetProperty("index").GetInt32() == 2).GetProperty("settings");
        Assert.Equal(4, third.GetProperty("steps")[0].GetInt32());
        Assert.Equal(1, third.GetProperty("guidance")[0].GetDouble());
    }

    private void Choose(string kind) => Driver.FindElement(By.CssSelector($"input[value={kind}]")).Click();

    private IWebElement SweepField(string label) => Driver.FindElement(By.XPath($"//label[span[.='{label}']]/input"));

    private void Give(string file)
    {
        Driver.FindElement(By.CssSelector("#fields input[type=file]")).SendKeys(file);
        Wait("the picture", () => All(".board canvas").Count > 0);
    }

    // A picture of one colour, (120, 160, 200).
    private static string Picture()
    {
        var pixels = new byte[32 * 32 * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(120 + 40 * (i % 3));
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "plain.png");
        PngFile.Write(path, new RgbImage(pixels, 32, 32));
        return path;
    }
}
