using OpenQA.Selenium;

namespace Msf.Browser.Tests;

/// <summary>Without a mouse.</summary>
public sealed class KeyboardTests(Workplace workplace) : PageTest(workplace)
{
    [Fact]
    public void Everything_on_the_main_path_is_done_by_keys_with_a_visible_focus()
    {
        Open();
        Tab();
        Assert.Equal("Skip to the settings", Focused.Text);
        Focused.SendKeys(Keys.Enter);
        Assert.Equal("composer", Focused.GetAttribute("id"));

        // Along the form, in the order of its parts; every stop can be seen.
        var stops = new List<string>();
        while (stops.Count < 40 && Name() is var name && name != "Generate")
        {
            Tab();
            stops.Add(Name());
            Assert.True(HasVisibleFocus(), $"the focus on \"{stops[^1]}\" cannot be seen");
        }
        string[] expected = ["Images", "Search classes", "smiley face", "Images", "Seed", "Lock the seed", "Base: steps", "Base: guidance", "Residual: steps", "Generate"];
        var at = -1;
        foreach (var stop in expected)
        {
            at = stops.FindIndex(at + 1, name => name.Contains(stop, StringComparison.OrdinalIgnoreCase));
            Assert.True(at >= 0, $"\"{stop}\" is not reached in order: {string.Join(", ", stops)}");
        }

        Find("[aria-label='Search classes']").SendKeys("flag");
        Wait("the search", () => All(".classes .list label").Count == 1);
        Tab();
        Focused.SendKeys(" ");
        Assert.Equal("Flag", Find(".classes .state span").Text);
        Find("[aria-label='Base: steps']").SendKeys(Keys.ArrowUp);
        Assert.Equal("25", Find("[aria-label='Base: steps']").GetAttribute("value"));
        Find("[aria-label='Base: guidance']").SendKeys(Keys.ArrowDown);
        Assert.Equal("3.75", Find("[aria-label='Base: guidance']").GetAttribute("value"));
        Type(Field("Images"), "2");

        Focused.SendKeys(Keys.Control + Keys.Enter);
        Assert.StartsWith("2 images in ", End(), StringComparison.Ordinal);

        Script("document.querySelector('.job button.picture').focus()");
        Assert.Equal("flag, image 1 of 2: open", Focused.GetAttribute("aria-label"));
        Focused.SendKeys(Keys.Enter);
        Wait("the viewer", () => All("dialog.viewer[open]").Count == 1);
        Focused.SendKeys(Keys.ArrowRight);
        Wait("the next image", () => Find("dialog.viewer .turn").Text.Contains("2 of 2", StringComparison.Ordinal));
        Focused.SendKeys(Keys.Escape);
        Wait("the end of the viewer", () => All("dialog").Count == 0);
        Assert.Equal("flag, image 1 of 2: open", Focused.GetAttribute("aria-label"));
    }

    [Fact]
    public void Progress_is_told_to_screen_readers()
    {
        Open();
        Script("""
            window.heard = [];
            new MutationObserver(() => { const text = document.querySelector("#announcer").textContent; if (text && window.heard.at(-1) !== text) window.heard.push(text); })
              .observe(document.querySelector("#announcer"), { childList: true, characterData: true, subtree: true });
            """);
        Set(count: 4, seed: 6, baseSteps: 150, detailSteps: 80);
        Find("button.primary").Click();
        Wait("the progress", () => Script<string?>("return document.querySelector('.job [role=progressbar]')?.getAttribute('aria-valuetext') ?? null")?.Contains("step", StringComparison.Ordinal) == true);
        var end = End();
        var heard = "";
        Wait("the end to be told", () => (heard = string.Join(" | ", Script<IReadOnlyCollection<object>>("return window.heard"))).Contains(end, StringComparison.Ordinal));
        Assert.Contains("The base is there.", heard, StringComparison.Ordinal);
        Assert.Contains("Residual has begun.", heard, StringComparison.Ordinal);
    }

    private IWebElement Focused => Driver.SwitchTo().ActiveElement();

    private void Tab() => Focused.SendKeys(Keys.Tab);

    private string Name() => Script<string>("""
        const element = document.activeElement;
        return (element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent ?? "").trim();
        """);

    // The outline is on the element, or for boxes that are hidden behind their label, on what stands for them.
    private bool HasVisibleFocus() => Script<bool>("""
        const element = document.activeElement;
        return [element, element.nextElementSibling, element.closest("label")].some(one => one && getComputedStyle(one).outlineStyle === "solid" && parseFloat(getComputedStyle(one).outlineWidth) >= 2);
        """);
}
