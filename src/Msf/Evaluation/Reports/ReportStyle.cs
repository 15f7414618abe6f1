namespace Msf.Evaluation;

/// <summary>How a report looks: one column on a phone, more on wider screens, light or dark as the screen is.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet.</summary>
    internal const string Css = """
        :root { color-scheme: light dark; --paper: #fff; --ink: #222; --soft: #5f6570; --card: #f5f6f8; --line: #dfe2e7; --link: #0b57a8; --warning: #a1001b; }
        @media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e3e5e8; --soft: #a2a8b3; --card: #1f2228; --line: #343842; --link: #7db8ff; --warning: #ff8a96; } }
        * { box-sizing: border-box; }
        body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 72rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; margin: .5rem 0 0; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
        p { margin: .4rem 0; max-width: 48rem; } .soft, figcaption { color: var(--soft); font-size: .875rem; } .warning { color: var(--warning); } a { color: var(--link); }
        nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .75rem 0; } nav a { padding: .2rem 0; }
        .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr)); gap: .75rem; margin: 1rem 0; }
        .figures div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
        .figures dt { color: var(--soft); font-size: .875rem; } .figures dd { margin: 0; } .figures .value { font-size: 1.35rem; font-variant-numeric: tabular-nums; }
        .plots, .classes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem; }
        figure { margin: .5rem 0; } img { max-width: 100%; height: auto; vertical-align: middle; } .plot { max-width: 44rem; } .plot img { width: 100%; }
        .sheet img { width: 100%; max-width: 36rem; image-rendering: pixelated; }
        .pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem; }
        .pair { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem; margin: 0; } .pair span { display: grid; grid-template-columns: 1fr 1fr; gap: .25rem; }
        .pair img { width: 100%; image-rendering: pixelated; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; overflow-wrap: normal; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } tbody th { font-weight: normal; color: var(--soft); white-space: nowrap; }
        td { white-space: nowrap; } .facts td { white-space: normal; overflow-wrap: anywhere; min-width: 14rem; }
        pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; overflow-x: auto; white-space: pre-wrap; }
        @media print { nav { display: none; } }
        """;
}
