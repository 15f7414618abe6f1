using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Msf.Server;

namespace Msf.Browser.Tests;

/// <summary>The page inside somebody's application, below a prefix.</summary>
public sealed class PrefixTests(Workplace workplace) : PageTest(workplace)
{
    [Fact]
    public async Task All_pages_work_below_a_prefix()
    {
        var gallery = Directory.CreateTempSubdirectory("msf-prefix-");
        var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.Services.AddMsf(options => (options.Model, options.Gallery, options.Runs) = (Path.Combine(AppContext.BaseDirectory, "models", "noto-emoji"), gallery.FullName, Runs.Folder));
        await using (var app = builder.Build())
        {
            app.MapMsf("/their/images");
            await app.StartAsync(Cancellation);
            var address = $"{app.Urls.Single()}/their/images";
            while (!(await Http.GetAsync($"{address}/readyz", Cancellation)).IsSuccessStatusCode) await Task.Delay(50, Cancellation);

            Open("", address);                                                                // sent on to the address with a slash
            Set(count: 2, seed: 3, baseSteps: 3, detailSteps: 2);
            Find("button.primary").Click();
            Assert.StartsWith("2 images in ", End(), StringComparison.Ordinal);
            Wait("the images in the gallery", () => Script<bool>("const shown = [...document.querySelectorAll('#gallery .shot img')]; return shown.length === 2 && shown.every(image => image.naturalWidth === 32)"));
            Reload();
            Wait("the gallery again", () => All("#gallery .shot").Count == 2);

            Runs.Grow(0, 10);
            Find("nav a[href='train']").Click();
            Wait("the newest sheet", () => Script<bool>("return document.querySelector('.sheet-view img')?.naturalWidth === 16"));
            Find("nav a[href='docs']").Click();
            Wait("the routes", () => All("main details").Count > 15);
            Find("a[href='./']").Click();
            Ready();
            Assert.Empty(Log());
            await app.StopAsync(Cancellation);
        }
        gallery.Delete(recursive: true);
    }
}
