namespace Msf.Browser.Tests;

/// <summary>axe finds nothing, in any state of the page.</summary>
public sealed class AccessibilityTests(Workplace workplace) : PageTest(workplace)
{
    [Theory]
    [InlineData("light", 1440, 1000)]
    [InlineData("dark", 1440, 1000)]
    [InlineData("light", 390, 844)]
    [InlineData("dark", 390, 844)]
    public void The_page_has_no_violations(string scheme, int width, int height)
    {
        Resize(width, height, phone: width < 500);
        Emulate(scheme, reducedMotion: true);
        Open();
        None("before anything was asked for");
        Set(count: 16, seed: 21, baseSteps: 250, detailSteps: 250);
        foreach (var fold in Driver.FindElements(OpenQA.Selenium.By.CssSelector("form details"))) Script("arguments[0].open = true", fold);
        Find("button.primary").Click();
        Wait("a preview", () => All(".tile .badge").Count > 0);
        None("during a job");
        Button("Cancel").Click();
        End();
        None("after a cancelled job");
        Set(count: 2, seed: 21, baseSteps: 4, detailSteps: 2);
        Find("button.primary").Click();
        Wait("the images", () => All(".job button.picture").Count == 2);
        End();
        None("with images");
        Script("document.querySelector('.job button.picture').click()");
        Wait("the viewer", () => All("dialog.viewer[open]").Count == 1);
        None("in the viewer");
        Button("Compare with its base").Click();
        Wait("the comparison", () => All("dialog.compare[open]").Count == 1);
        None("in the comparison");
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Sweep_inpainting_and_training_have_no_violations(string scheme)
    {
        Emulate(scheme, reducedMotion: true);
        Open();
        Script("document.querySelector('input[value=sweep]').click()");
        None("in a sweep");
        Script("document.querySelector('input[value=inpainting]').click()");
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "grey.png");
        Data.PngFile.Write(file, new Data.RgbImage(new byte[40 * 30 * 3], 40, 30));
        Driver.FindElement(OpenQA.Selenium.By.CssSelector("#fields input[type=file]")).SendKeys(file);
        Wait("the board", () => All(".board canvas").Count > 0);
        Script("document.querySelector('.source details').open = true");
        None("while inpainting");

        Runs.Grow(0, 12);
        Open("/train");
        Wait("the curves", () => All("svg.chart").Count >= 3);
        None("on the page of training");
    }

    private void None(string when)
    {
        var violations = Axe.Violations(Driver);
        Assert.True(violations.Count == 0, $"{when}: {string.Join("\n", violations)}");
    }
}
