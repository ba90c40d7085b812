using System.Text.Json;
using Ccr.Tests.Dashboard;
using Ccr.Tests.Parts;
using static Microsoft.Playwright.Assertions;

namespace Ccr.Tests.EndToEnd;

/// <summary>One command starts everything, and everything works together.</summary>
public sealed class SolutionTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task On_a_bare_machine_one_command_starts_all_services_in_demo_mode_and_a_signal_ends_them()
    {
        await using var solution = await RunningSolution.StartAsync("embedded");
        Assert.Contains("Demo mode", solution.Output, StringComparison.Ordinal);
        Assert.Contains($"ANTHROPIC_BASE_URL={solution.ProxyAddress} claude", solution.Output, StringComparison.Ordinal);

        var answer = await solution.AskAsync("hello there");
        Assert.Contains("demo", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("config.json", answer, StringComparison.Ordinal);

        // Counted by the proxy, written to the embedded Redis, read back from it.
        await EventuallyAsync(async () =>
        {
            var usage = JsonDocument.Parse(await solution.Proxy.GetStringAsync("/v1/usage")).RootElement;
            return usage.GetProperty("source").GetString() == "redis" && usage.GetProperty("total_requests").GetInt64() == 1;
        });
        var status = JsonDocument.Parse(await solution.Proxy.GetStringAsync("/api/status")).RootElement;
        Assert.True(status.GetProperty("demo").GetBoolean());
        Assert.Equal("connected", status.GetProperty("tokenizer").GetProperty("state").GetString());
        Assert.Equal("connected", status.GetProperty("redis").GetProperty("state").GetString());

        Assert.Equal(0, await solution.TerminateAsync());
    }

    [NeedsFact("chromium", "redis-server")]
    public async Task The_dashboard_shows_the_numbers_change_while_requests_are_served()
    {
        await using var solution = await RunningSolution.StartAsync("server");
        await solution.AskAsync("first");
        var page = await browser.OpenAsync(solution.DashboardAddress);
        await Browser.GoAsync(page, "/requests");
        await Expect(page.Locator(".requests tbody tr")).ToHaveCountAsync(1);
        await solution.AskAsync("second");
        await solution.AskAsync("third");
        await Expect(page.Locator(".requests tbody tr")).ToHaveCountAsync(3);
        await Browser.GoAsync(page, "/");
        await Expect(page.GetByText("Demo mode").First).ToBeVisibleAsync();
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(50, deadline.Token);
        }
    }
}
