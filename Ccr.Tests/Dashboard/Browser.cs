using Ccr.Tests.Parts;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Ccr.Tests.Dashboard;

/// <summary>One headless Chromium for a class of tests; started by the first test that asks, so that a machine without one is no failure.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A fresh page with its own storage.</summary>
    internal async Task<IPage> OpenAsync(string address, int width = 1280)
    {
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Part.Program("chromium"),
            Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        Assertions.SetDefaultExpectTimeout(30_000);
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 800 },
            ColorScheme = ColorScheme.Light,
            BaseURL = address,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = "Asia/Kolkata",
        });
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }

    /// <summary>Goes to a page of the dashboard and waits until its circuit is live.</summary>
    internal static async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await page.Locator("html[data-circuit=live]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    /// <summary>Fails when the page scrolls sideways or anything in it is cut off at the right edge.</summary>
    internal static async Task AssertFitsAsync(IPage page, string where)
    {
        var cut = await page.EvaluateAsync<string[]>("""
            () => [document.documentElement, ...document.querySelectorAll('header *, main *, footer *, [role=dialog] *')]
              .filter(e => e === document.documentElement
                ? e.scrollWidth > innerWidth
                : e.checkVisibility() && !e.closest('.visually-hidden, thead') && e.getBoundingClientRect().right > innerWidth + 1)
              .map(e => e.outerHTML.slice(0, 120))
            """);
        Assert.True(cut.Length == 0, $"{where} does not fit:\n{string.Join('\n', cut)}");
    }

    /// <summary>Fails when axe finds anything serious or critical.</summary>
    internal static async Task AssertAccessibleAsync(IPage page, string where)
    {
        var result = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        var findings = result.Violations.Where(v => v.Impact is "serious" or "critical")
            .Select(v => $"{where}: {v.Id} ({v.Impact}): {v.Help}\n{string.Join('\n', v.Nodes.Select(n => "  " + n.Html))}");
        Assert.Empty(findings);
        Assert.NotEmpty(result.Passes);
    }
}
