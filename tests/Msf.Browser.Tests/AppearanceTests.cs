namespace Msf.Browser.Tests;

/// <summary>Sizes, themes, motion.</summary>
public sealed class AppearanceTests(Workplace workplace) : PageTest(workplace)
{
    [Theory]
    [InlineData(360, 740)]
    [InlineData(390, 844)]
    [InlineData(768, 1024)]
    public void Nothing_sticks_out_and_the_button_is_at_hand(int width, int height)
    {
        Resize(width, height, phone: true);
        Open();
        Set(count: 4, seed: 14, baseSteps: 150, detailSteps: 40);
        Assert.True(IsInView("button.primary"));
        Screenshot($"phone-{width}-form");
        Find("button.primary").Click();
        Wait("a preview", () => All(".tile .badge").Count == 4);
        Wait("the result to be in view", () => IsInView(".job .picture"));
        Screenshot($"phone-{width}-preview");
        End();
        Assert.True(IsInView("button.primary"));
        Assert.Equal(0L, Script<long>("return document.documentElement.scrollWidth - window.innerWidth"));
        Assert.Empty(Script<IReadOnlyCollection<object>>("""
            return [...document.querySelectorAll("button, a, select, input:not([aria-hidden])")].filter(element => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".visually-hidden, .skip"))
              .map(element => [element, (element.closest("label") ?? element).getBoundingClientRect()]).filter(([element, box]) => box.width > 2 && (box.width < 24 || box.height < 24))
              .map(([element]) => element.outerHTML.slice(0, 80))
            """));
        Script("document.querySelector('#gallery').scrollIntoView()");
        Screenshot($"phone-{width}-gallery");
    }

    [Fact]
    public void Dark_and_light_follow_the_system_and_the_button()
    {
        Emulate("dark");
        Open();
        Assert.InRange(Brightness(), 0, 60);
        Set(count: 4, seed: 15, baseSteps: 8, detailSteps: 4);
        Find("button.primary").Click();
        End();
        Thread.Sleep(700);                                        // the images fade in
        Screenshot("dark");
        Find("#theme").Click();
        Assert.Equal("Theme: light", Find("#theme").Text);
        Assert.InRange(Brightness(), 200, 255);
        Reload();
        Assert.InRange(Brightness(), 200, 255);
        Find("#theme").Click();
        Find("#theme").Click();
        Assert.Equal("Theme: auto", Find("#theme").Text);
        Assert.InRange(Brightness(), 0, 60);
        Emulate("light");
        Assert.InRange(Brightness(), 200, 255);
    }

    [Fact]
    public void Wide_screens_are_used_and_motion_can_be_had_less()
    {
        Resize(1920, 1080);
        Emulate("light", reducedMotion: true);
        Open();
        Find(".rest .picture");
        Assert.Equal("1e-05s", Script<string>("return getComputedStyle(document.querySelector('.rest .tile img')).transitionDuration"));
        Assert.Equal("none", Script<string>("document.querySelector('.job').classList.add('running', 'early'); return getComputedStyle(document.querySelector('.job .noise')).animationName"));
        Screenshot("wide");
        Assert.Equal(0L, Script<long>("return document.documentElement.scrollWidth - window.innerWidth"));
    }

    private bool IsInView(string selector) => Script<bool>("""
        const box = document.querySelector(arguments[0]).getBoundingClientRect();
        return box.top >= 0 && box.top < innerHeight - 40 && box.left >= 0 && box.right <= innerWidth;
        """, selector);

    private double Brightness() => Convert.ToDouble(Script<object>("""
        const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
        return 0.3 * red + 0.59 * green + 0.11 * blue;
        """), System.Globalization.CultureInfo.InvariantCulture);
}
