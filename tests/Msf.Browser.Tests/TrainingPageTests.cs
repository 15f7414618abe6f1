namespace Msf.Browser.Tests;

/// <summary>The page that follows runs.</summary>
public sealed class TrainingPageTests(Workplace workplace) : PageTest(workplace)
{
    [Fact]
    public void A_run_is_followed_while_it_goes_on()
    {
        Runs.Grow(20, 40);
        Open("/train");
        Wait("the curves", () => All("svg.chart").Count >= 3);
        Assert.Contains("Loss over", All("svg.chart")[0].GetAttribute("aria-label"), StringComparison.Ordinal);
        Wait("the newest sheet", () => Script<bool>("return document.querySelector('.sheet-view img').naturalWidth === 16"));
        Assert.Contains("2.56", Find(".figures").Text, StringComparison.Ordinal);
        Screenshot("training");

        Runs.Grow(40, 50);
        Wait("what came meanwhile", () => Find(".figures").Text.Contains("3.20 k", StringComparison.Ordinal));
        Wait("the new sheet", () => Find(".sheet-view img").GetAttribute("alt")!.Replace("\u2009", "", StringComparison.Ordinal) == "Samples after 3200 images");

        // An older sheet, once chosen, stays.
        Find(".sheet-view input").SendKeys(OpenQA.Selenium.Keys.Home);
        Wait("the first sheet", () => !Find(".sheet-view img").GetAttribute("alt")!.Contains("200 images", StringComparison.Ordinal));
        Assert.Empty(Log());
    }
}
