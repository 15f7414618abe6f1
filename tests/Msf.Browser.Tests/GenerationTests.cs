using System.Net.Http.Json;
using System.Text.Json;
using Msf.Data;

namespace Msf.Browser.Tests;

/// <summary>From the press of the button to the images.</summary>
public sealed class GenerationTests(Workplace workplace) : PageTest(workplace)
{
    // Writes down, frame by frame, what the newest job shows.
    private const string Record = """
        window.seen = [];
        const note = () => {
          const job = document.querySelector(".job:not(.rest)");
          if (job) {
            const now = JSON.stringify([job.querySelector(".state").textContent.split(":")[0], [...job.querySelectorAll(".badge:not([hidden])")].map(badge => badge.textContent)[0] ?? "",
              job.querySelectorAll("img.base.shown").length, job.querySelectorAll("img.final").length]);
            if (now !== window.seen.at(-1)) window.seen.push(now);
          }
          requestAnimationFrame(note);
        };
        note();
        """;

    [Fact]
    public async Task Base_is_shown_before_the_detail_and_the_images_are_those_of_the_seed()
    {
        Open();
        Set(count: 4, seed: 20, baseSteps: 150, detailSteps: 60);
        Script(Record);

        Find("button.primary").Click();
        Wait("a preview", () => All(".tile .badge").Count == 4);
        Screenshot("desktop-preview");
        Assert.StartsWith("4 images in ", End(), StringComparison.Ordinal);
        Wait("the images to fade in", () => Script<bool>("return [...document.querySelectorAll('img.final')].length === 4 && [...document.querySelectorAll('img.final')].every(image => getComputedStyle(image).opacity === '1')"));
        Screenshot("desktop-done");

        var seen = Script<IReadOnlyCollection<object>>("return window.seen").Select(entry => JsonSerializer.Deserialize<JsonElement[]>((string)entry)!).ToArray();
        var bases = Array.FindIndex(seen, entry => entry[1].GetString() == "base" && entry[2].GetInt32() == 4);
        var finals = Array.FindIndex(seen, entry => entry[3].GetInt32() > 0);
        Assert.InRange(bases, 0, finals - 1);
        Assert.Contains(seen, entry => entry[0].GetString() == "Base");
        Assert.Contains(seen, entry => entry[0].GetString() == "Residual");
        Assert.Contains("The base was there after", State, StringComparison.Ordinal);

        // The same request in OpenAI's shape.
        var own = (await GalleryAsync()).Take(4).OrderBy(item => item.GetProperty("index").GetInt32()).ToArray();
        using var answer = await Http.PostAsJsonAsync($"{Server.Address}/v1/images/generations", new { model = "noto-emoji", n = 4, seed = 20, steps = new[] { 150, 60 }, response_format = "b64_json" }, Cancellation);
        var images = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("data").EnumerateArray().Select(image => image.GetProperty("b64_json").GetBytesFromBase64()).ToArray();
        for (var i = 0; i < 4; i++)
        {
            var shown = ImageDecoder.Decode(await Http.GetByteArrayAsync($"{Server.Address}{own[i].GetProperty("url").GetString()}", Cancellation), "the page's image");
            var asked = ImageDecoder.Decode(images[i], "the program's image");
            Assert.InRange(Largest(shown.Pixels, asked.Pixels), 0, 2);
        }
        Assert.Empty(Log());
    }

    [Fact]
    public void Cancel_keeps_the_last_preview_and_frees_the_server()
    {
        Open();
        Set(count: 8, seed: 3, baseSteps: 250, detailSteps: 250);
        Find("button.primary").Click();
        Wait("a preview", () => All(".tile .badge").Count > 0);

        Button("Cancel").Click();

        Assert.StartsWith("Cancelled. The last preview stays.", End(), StringComparison.Ordinal);
        Assert.NotEmpty(All(".tile img.base.shown"));
        Assert.All(All(".tile .badge"), badge => Assert.Equal("base, cancelled", badge.Text));
        Assert.Empty(Driver.FindElements(OpenQA.Selenium.By.CssSelector(".job [role=progressbar]")));
        Set(count: 1, seed: 4, baseSteps: 4, detailSteps: 2);
        Find("button.primary").Click();
        Wait("the next job", () => State.StartsWith("1 image in ", StringComparison.Ordinal));
        Assert.Empty(Log());
    }

    [Fact]
    public void A_chosen_class_is_found_by_search_and_made()
    {
        Open();
        Type(Find("[aria-label='Search classes']"), "CLO");
        Wait("the search", () => All(".classes .list label").Count == 1);
        Find(".classes .list label").Click();
        Assert.Equal("Clock", Find(".classes .state span").Text);
        Set(count: 2, seed: 5, baseSteps: 4, detailSteps: 2);
        Find("button.primary").Click();
        Wait("the images", () => End().StartsWith("2 images in ", StringComparison.Ordinal));
        Assert.Equal(["clock", "clock"], All(".job figcaption").Select(caption => caption.Text));
    }

    [Fact]
    public void The_estimate_follows_the_settings_and_a_refusal_is_told_in_words()
    {
        Open();
        Wait("the estimate", () => Find(".estimate .words").Text.Contains("multiply-adds an image", StringComparison.Ordinal));
        var before = Find(".estimate .words").Text;
        Type(Find("[aria-label='Base: steps']"), "200");
        Wait("another estimate", () => Find(".estimate .words").Text is var now && now != before && now.Contains("multiply-adds an image", StringComparison.Ordinal));
        Type(Find("[aria-label='Base: steps']"), "0");
        Assert.Equal("true", Find("[aria-label='Base: steps']").GetAttribute("aria-invalid"));
        Assert.NotEmpty(Find("[aria-label='Base: steps']").GetAttribute("title")!);
    }

    [Fact]
    public void Seed_is_drawn_anew_unless_it_is_locked()
    {
        Open();
        Set(count: 1, seed: 77, baseSteps: 2, detailSteps: 1);
        string Press()
        {
            Find("button.primary").Click();
            Wait("the job", () => Script<bool>("return !document.querySelector('button.primary').disabled"));
            End();
            return Field("Seed").GetAttribute("value")!;
        }
        Assert.Equal("77", Press());
        Assert.NotEqual("77", Press());
        Type(Field("Seed"), "78");
        Find("[aria-label='Lock the seed']").Click();
        Assert.Equal("78", Press());
        Assert.Equal("78", Press());
        Find("[aria-label='Draw a random seed']").Click();
        Assert.NotEqual("78", Field("Seed").GetAttribute("value"));
    }

    private static int Largest(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Assert.Equal(left.Length, right.Length);
        var largest = 0;
        for (var i = 0; i < left.Length; i++) largest = Math.Max(largest, Math.Abs(left[i] - right[i]));
        return largest;
    }
}
