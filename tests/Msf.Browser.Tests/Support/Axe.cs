using System.Text.Json;
using Deque.AxeCore.Commons;
using OpenQA.Selenium.Chrome;

namespace Msf.Browser.Tests;

/// <summary>axe-core (Deque, MPL-2.0), run within the page.</summary>
internal static class Axe
{
    private static readonly string _script = new BundledAxeScriptProvider().GetScript();

    /// <summary>All violations of WCAG 2.2 A and AA and of axe's best practices, a line each.</summary>
    internal static IReadOnlyList<string> Violations(ChromeDriver driver)
    {
        driver.ExecuteScript(_script);
        var answer = (string)driver.ExecuteAsyncScript("""
            const done = arguments[0];
            axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
              .then(result => done(JSON.stringify({ rules: result.passes.length, violations: result.violations.map(one => one.id + ": " + one.help + ": " + one.nodes.map(node => node.html.slice(0, 120) + " " + (node.any[0]?.message ?? "")).join(" ; ")) })),
                error => done(JSON.stringify({ rules: 0, violations: [String(error)] })));
            """)!;
        using var result = JsonDocument.Parse(answer);
        Assert.True(result.RootElement.GetProperty("rules").GetInt32() > 15, "axe looked at next to nothing");
        return [.. result.RootElement.GetProperty("violations").EnumerateArray().Select(line => line.GetString()!)];
    }
}
