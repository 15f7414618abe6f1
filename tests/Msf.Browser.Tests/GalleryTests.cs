using OpenQA.Selenium;

namespace Msf.Browser.Tests;

/// <summary>The gallery, the viewer and what can be done from there.</summary>
public sealed class GalleryTests(Workplace workplace) : PageTest(workplace)
{
    [Fact]
    public async Task Gallery_survives_a_killed_server()
    {
        using var server = new MsfServer();
        Open("/", server.Address);
        Assert.Contains("Nothing yet", Find("#gallery-body").Text, StringComparison.Ordinal);
        Make(count: 3, seed: 8);
        var before = await GalleryAsync(server);
        Assert.Equal(3, before.Count);

        server.Kill();
        Find("button.primary").Click();
        Wait("the error", () => All(".toast.bad").Any(toast => toast.Text.Contains("does not answer", StringComparison.Ordinal)));
        server.Start();
        Reload();

        Wait("the gallery", () => All(".shot").Count == 3);
        Assert.Equal(before.Select(item => item.GetProperty("id").GetString()), All(".shot").Select(shot => shot.GetAttribute("data-id")));
        Wait("the pictures", () => Script<bool>("return [...document.querySelectorAll('.shot img')].every(image => image.naturalWidth === 32)"));
        Screenshot("gallery-after-restart");
    }

    [Fact]
    public void Two_images_are_compared_with_a_seam_and_side_by_side()
    {
        Open();
        Make(count: 1, seed: 1, steps: 4);
        Make(count: 1, seed: 2, steps: 5);
        Button("Compare two").Click();
        Press(All(".shot button")[0]);
        Press(All(".shot button")[1]);

        Wait("the comparison", () => All("dialog.compare[open]").Count == 1);
        var seam = Find("dialog.compare input[type=range]");
        seam.SendKeys(Keys.Home);
        Assert.Equal("0%", Script<string>("return document.querySelector('.pairing').style.getPropertyValue('--at')"));
        Assert.Equal(["Seed", "Steps"], All("dialog.compare tbody th").Select(head => head.Text));
        Screenshot("compare");
        Button("Side by side").Click();
        Wait("both beside each other", () => All("dialog.compare .pairing img") is [var left, var right] && left.Location.X + left.Size.Width <= right.Location.X);
        seam = Find("dialog.compare [aria-label=Close]");
        seam.Click();
        Wait("the end", () => All("dialog").Count == 0);
    }

    [Fact]
    public async Task Viewer_goes_through_images_and_makes_variations_of_a_base()
    {
        Open();
        Make(count: 2, seed: 31);
        Press(All(".job button.picture")[0]);
        Wait("the viewer", () => All("dialog.viewer[open] .plate img").Count == 1);
        Assert.Contains("31, image 1 of 2", Find("dialog.viewer .facts").Text, StringComparison.Ordinal);
        Screenshot("viewer");
        Find("dialog.viewer [aria-label='Next image']").SendKeys(Keys.Enter);
        Wait("the next image", () => Find("dialog.viewer .facts").Text.Contains("31, image 2 of 2", StringComparison.Ordinal));

        Button("Variations of its base").Click();
        Wait("the variations", () => Find(".job").GetAttribute("aria-label") == "Variations from seed 31");
        Assert.StartsWith("2 images in ", End(), StringComparison.Ordinal);
        var newest = (await GalleryAsync())[0];
        Assert.Equal("variations", newest.GetProperty("kind").GetString());
        Assert.Equal(1, newest.GetProperty("settings").GetProperty("baseIndex").GetInt32());

        // Its settings, restored, keep the base.
        Press(All(".job button.picture")[0]);
        Button("Use these settings").Click();
        Wait("the base to be shared", () => Find(".composer").Text.Contains("All share the base of image 2", StringComparison.Ordinal));
        Assert.Empty(Log());
    }

    [Fact]
    public async Task An_image_is_compared_with_its_base_downloaded_and_deleted()
    {
        Open();
        Make(count: 1, seed: 12);
        var id = (await GalleryAsync())[0].GetProperty("id").GetString();
        Press(All(".job button.picture")[0]);
        var link = Find("dialog.viewer a[download]");
        Assert.Matches("^smiley-face-12-0\\.png$", link.GetAttribute("download"));
        Assert.EndsWith($"/api/gallery/{id}.png", link.GetAttribute("href"), StringComparison.Ordinal);
        Button("Compare with its base").Click();
        Wait("the comparison", () => All("dialog.compare[open]").Count == 1);
        Assert.Equal(["Its base", "With detail"], All("dialog.compare .names span").Select(name => name.Text));
        Find("dialog.compare [aria-label=Close]").Click();

        Press(All(".shot button")[0]);
        Button("Delete").Click();
        Button("Delete for good?").Click();
        Wait("the deletion", () => Driver.FindElements(By.CssSelector($"[data-id='{id}']")).Count == 0);
        Assert.DoesNotContain(await GalleryAsync(), item => item.GetProperty("id").GetString() == id);
    }

    private void Make(int count, long seed, int steps = 4)
    {
        Set(count, seed, steps, 2);
        Find("button.primary").Click();
        Wait("the request", () => Script<bool>("return !document.querySelector('button.primary').disabled"));
        End();
        Wait("the gallery", () => Script<bool>("return [...document.querySelectorAll('.shot button')].some(shot => shot.getAttribute('aria-label').includes(arguments[0]))", $"seed {seed},"));
    }

    private void Press(IWebElement element)
    {
        Script("arguments[0].scrollIntoView({ block: 'center' })", element);
        element.Click();
    }
}
