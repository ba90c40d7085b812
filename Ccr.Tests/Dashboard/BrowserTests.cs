using System.Text.Json.Nodes;
using Ccr.ServiceDefaults;
using Ccr.Tests.Parts;
using Ccr.Tests.Usage;
using Microsoft.Playwright;
using StackExchange.Redis;
using static Microsoft.Playwright.Assertions;

namespace Ccr.Tests.Dashboard;

/// <summary>The dashboard as people meet it: the real program, a real browser, a real Redis, and a proxy that says what the test wants.</summary>
public sealed class BrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const string Rescued = """
        ,"durationMs":2345.6,"ttftMs":812.3,"clientDialect":"anthropic","clientApplication":"claude-code","session":"s-new","agent":"subagent","key":"team-a","overheadMs":3.2,"requestedModel":"claude-sonnet-4-5","scenario":"think",
        "routeReason":"thinking is enabled","routingTokens":18234,"routingTokensSource":"service","attempts":[
        {"provider":"zai","model":"glm-4.6","status":429,"failure":"rate_limited","durationMs":212.4},{"provider":"deepseek","model":"deepseek-chat","status":200,"failure":null,"durationMs":2100}],
        "provider":"deepseek","model":"deepseek-chat","streaming":true,"status":200,"failure":null,"inputTokens":18300,"cacheReadTokens":16000,"cacheWriteTokens":900,"cacheWrite5mTokens":700,"cacheWrite1hTokens":200,"tokensPerSecond":42.125,"outputTokens":431,
        "reasoningTokens":120,"stopReason":"tool_use"
        """;

    private const string Failed = """
        ,"durationMs":90,"ttftMs":null,"clientApplication":"codex","requestedModel":"gpt-5","scenario":"default","routeReason":"no other rule took it","attempts":[
        {"provider":"local","model":"qwen","status":0,"failure":"connect","durationMs":88}],"provider":"local","model":"qwen","status":502,"failure":"connect","inputTokens":0,"outputTokens":0
        """;

    [NeedsFact("chromium", "redis-server")]
    public async Task Every_page_fits_and_is_accessible_at_both_widths_in_both_themes_and_loads_nothing_from_elsewhere()
    {
        await using var house = await House.OpenAsync();
        (house.Proxy.Usage, house.Proxy.Sessions) = (FakeProxy.TwoGroups, FakeProxy.ThreeSessions);
        var page = await browser.OpenAsync(house.Dashboard.Address);
        List<string> elsewhere = [], errors = [];
        page.Request += (_, request) => elsewhere.AddRange(new[] { request.Url }.Where(u => !u.StartsWith(house.Dashboard.Address, StringComparison.Ordinal)));
        page.Console += (_, message) => errors.AddRange(new[] { message.Text }.Where(_ => message.Type == "error"));
        foreach (var path in new[] { "/", "/usage", "/requests", "/requests?session=s-new", "/sessions", "/no-such-page" })
        {
            await Browser.GoAsync(page, path);
            if (path is "/usage" or "/sessions")
            {
                await Expect(page.Locator("table.grid tbody tr")).ToHaveCountAsync(2);
            }

            await Expect(page.Locator("h1")).ToHaveCountAsync(1);
            if (path is "/" or "/requests")
            {
                await Expect(page.Locator(".requests tbody tr")).ToHaveCountAsync(2);
            }

            await AssertAllSizesAsync(page, path);
        }

        await Browser.GoAsync(page, "/requests");
        await page.Locator(".row-open").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await AssertAllSizesAsync(page, "the details");
        Assert.Empty(elsewhere);

        // A page that does not exist is reported by the browser as what it is.
        Assert.All(errors, e => Assert.Contains("404", e, StringComparison.Ordinal));
        await page.Context.CloseAsync();

        static async Task AssertAllSizesAsync(IPage page, string name)
        {
            foreach (var (width, scheme) in new[] { (360, ColorScheme.Light), (360, ColorScheme.Dark), (1280, ColorScheme.Light), (1280, ColorScheme.Dark) })
            {
                var where = $"{name} at {width} px, {scheme}";
                await page.SetViewportSizeAsync(width, 800);
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await Expect(page.Locator("html")).ToHaveAttributeAsync("data-bs-theme", scheme == ColorScheme.Dark ? "dark" : "light");
                await Browser.AssertFitsAsync(page, where);
                if (width == 360 == (scheme == ColorScheme.Light))
                {
                    // Each width and each theme once: colours do not depend on the width.
                    await Browser.AssertAccessibleAsync(page, where);
                }
            }
        }
    }

    [NeedsFact("chromium", "redis-server")]
    public async Task Numbers_change_while_the_page_is_open()
    {
        await using var house = await House.OpenAsync();
        var page = await browser.OpenAsync(house.Dashboard.Address);
        await Browser.GoAsync(page, "/");
        await Expect(Figure(page, "Served")).ToHaveTextAsync("40");
        await Expect(Figure(page, "In flight")).ToHaveTextAsync("5");
        await Expect(Figure(page, "Requests")).ToHaveTextAsync("0");
        await Expect(page.Locator(".targets tbody tr").Nth(1)).ToContainTextAsync("Failing");
        await Expect(page.GetByText("Providers[2].api_key, line 31")).ToBeVisibleAsync();

        house.Proxy.Status["activeRequests"] = 17;
        house.Proxy.Status["targets"]![1]!["state"] = "ok";
        await house.Data.CountAsync(RedisKeys.Total, DateTimeOffset.UtcNow, requests: 10, input: 5000, output: 500);
        await house.Data.CountAsync(RedisKeys.Provider("deepseek"), DateTimeOffset.UtcNow, requests: 10, input: 5000, output: 500);
        await house.Data.AddRequestAsync("req_new", Rescued);
        await Expect(Figure(page, "Served")).ToHaveTextAsync("50");
        await Expect(Figure(page, "In flight")).ToHaveTextAsync("17");
        await Expect(Figure(page, "Requests")).Not.ToHaveTextAsync("0");
        await Expect(Figure(page, "Tokens")).Not.ToHaveTextAsync("0");
        await Expect(page.Locator(".requests tbody tr")).ToHaveCountAsync(3);
        await Expect(page.Locator(".targets tbody tr").Nth(1)).ToContainTextAsync("OK");

        // An older proxy: the page says so and shows what Redis tells by itself.
        await page.GetByRole(AriaRole.Link, new() { Name = "Usage" }).ClickAsync();
        await Expect(page.Locator("[data-notice=usage]")).ToContainTextAsync("it has no /api/usage: it is older than this dashboard");
        await Expect(page.Locator("table.grid tbody tr").First).ToContainTextAsync("deepseek");
        await Expect(page.Locator("table.grid tbody tr").First.Locator("td").First).ToContainTextAsync("10");
        await Expect(page.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("50 in all"));
        await page.GetByLabel("Tokens", new() { Exact = true }).CheckAsync();
        await Expect(page.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("^Tokens by minute"));
        await page.GetByLabel("Model", new() { Exact = true }).CheckAsync();
        await Expect(page.GetByText("Nothing of this kind has been counted yet.")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [NeedsFact("chromium", "redis-server")]
    public async Task A_request_is_found_and_its_details_open_and_close_by_keyboard()
    {
        await using var house = await House.OpenAsync();
        var page = await browser.OpenAsync(house.Dashboard.Address);
        await Browser.GoAsync(page, "/requests");
        var rows = page.Locator(".requests tbody tr");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(page.Locator(".row-open").First).ToHaveTextAsync("17:29:00");

        await page.GetByLabel("Filter by text").FillAsync("rate_limited sonnet");
        await Expect(rows).ToHaveCountAsync(1);
        await page.GetByLabel("Filter by text").FillAsync("");
        await page.GetByLabel("Failed", new() { Exact = true }).CheckAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows.First).ToContainTextAsync("gpt-5");
        await Expect(rows.First).Not.ToContainTextAsync("0 out");
        await page.GetByLabel("Rescued", new() { Exact = true }).CheckAsync();
        await Expect(rows.First).ToContainTextAsync("claude-sonnet-4-5");

        // From the filter on, by Tab alone.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator(".row-open").First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToBeVisibleAsync();
        await Expect(dialog).ToContainTextAsync("req_rescued");
        await Expect(dialog.Locator(".attempts li")).ToHaveCountAsync(2);
        await Expect(dialog.Locator(".attempts li").First).ToContainTextAsync("rate limited");
        await Expect(dialog).ToContainTextAsync("18,234 tokens");
        await Expect(page.Locator("[role=dialog]:focus, [role=dialog] :focus")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(page.Locator(".row-open").First).ToBeFocusedAsync();

        // Paused, the list stands still; resumed, it catches up.
        await page.GetByLabel("All", new() { Exact = true }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToBeVisibleAsync();
        await house.Data.AddRequestAsync("req_later", Rescued);
        var overview = await browser.OpenAsync(house.Dashboard.Address);
        await Browser.GoAsync(overview, "/");
        await Expect(overview.Locator(".requests tbody tr")).ToHaveCountAsync(3);
        await Expect(rows).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(3);
        await page.Context.CloseAsync();
        await overview.Context.CloseAsync();
    }

    [NeedsFact("chromium")]
    public async Task Usage_is_shown_for_a_range_and_a_group_as_requests_tokens_or_dollars()
    {
        await using var proxy = new FakeProxy { Usage = FakeProxy.TwoGroups };
        await proxy.StartAsync();
        using var dashboard = await DashboardProcess.StartAsync(proxy.Address);
        var page = await browser.OpenAsync(dashboard.Address);
        await Browser.GoAsync(page, "/usage");
        var rows = page.Locator("table.grid tbody tr");
        var chart = page.GetByRole(AriaRole.Img);
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.First).ToContainTextAsync("deepseek");
        await Expect(rows.First).ToContainTextAsync("$0.0375");

        // Answers and failed tries: 10 x 3 + 3 and 5 + 1.
        await Expect(chart).ToHaveAttributeAsync("aria-label", "Requests by minute over the last hour: 39 in all, at most 22 in a minute, 4 failed");
        await page.GetByLabel("Cost", new() { Exact = true }).CheckAsync();
        await Expect(chart).ToHaveAttributeAsync("aria-label", "Cost by minute over the last hour: $0.0500 in all, at most $0.0250 in a minute");

        // Requests of clients: the failed ones are among them.
        await page.GetByLabel("Key", new() { Exact = true }).CheckAsync();
        await Expect(rows.First).ToContainTextAsync("key-one");
        await page.GetByLabel("Requests", new() { Exact = true }).CheckAsync();
        await Expect(chart).ToHaveAttributeAsync("aria-label", "Requests by minute over the last hour: 35 in all, at most 20 in a minute, 4 failed");
        await page.GetByLabel("7 d", new() { Exact = true }).CheckAsync();
        await Expect(chart).ToHaveAttributeAsync("aria-label", "Requests by hour over the last 7 days: 35 in all, at most 20 in an hour, 4 failed");
        await page.GetByLabel("All", new() { Exact = true }).CheckAsync();
        await Expect(chart).ToHaveAttributeAsync("aria-label", "Requests by day over all days that are kept: 35 in all, at most 20 in a day, 4 failed");
        Assert.Contains(proxy.Asked, q => q.StartsWith("/api/usage?group_by=key&interval=day", StringComparison.Ordinal));

        // One of them alone, by the keyboard.
        await page.GetByRole(AriaRole.Button, new() { Name = "key-two" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(chart).ToHaveAttributeAsync("aria-label", "Requests by day over all days that are kept: 5 in all, at most 5 in a day, 1 failed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all in the chart" }).ClickAsync();
        await Expect(chart).ToHaveAttributeAsync("aria-label", "Requests by day over all days that are kept: 35 in all, at most 20 in a day, 4 failed");
        await page.GetByText("Show as table").ClickAsync();
        await Expect(page.Locator(".chart-table tbody tr")).ToHaveCountAsync(2);

        // What is known stays while the proxy is away.
        await proxy.StopAsync();
        await Expect(page.GetByText("No newer numbers: nothing accepts connections there.")).ToBeVisibleAsync();
        await Expect(rows.First).ToContainTextAsync("key-one");
        await Browser.AssertAccessibleAsync(page, "usage without the proxy");
        Assert.DoesNotContain("Exception", dashboard.Log, StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [NeedsFact("chromium")]
    public async Task Sessions_are_listed_and_each_leads_to_its_requests()
    {
        await using var proxy = new FakeProxy();
        proxy.Requests = [Request("req_a", Rescued), Request("req_b", Failed), Request("req_c", Rescued.Replace("s-new", "s-other", StringComparison.Ordinal))];
        await proxy.StartAsync();
        using var dashboard = await DashboardProcess.StartAsync(proxy.Address);
        var page = await browser.OpenAsync(dashboard.Address);
        await Browser.GoAsync(page, "/sessions");
        await Expect(page.Locator("[data-notice=sessions]")).ToContainTextAsync("it has no /api/sessions: it is older than this dashboard");

        proxy.Sessions = FakeProxy.ThreeSessions;
        var rows = page.Locator(".sessions tbody tr");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(page.Locator("[data-notice=sessions]")).ToHaveCountAsync(0);
        await Expect(page.Locator(".page-head")).ToContainTextAsync("3 sessions of all proxies");
        await Expect(rows.First).ToContainTextAsync("for 1 h 59 min");
        await Expect(rows.First).ToContainTextAsync("subagent 8");
        await Expect(rows.Nth(1)).ToContainTextAsync("2 without a price");
        await page.GetByRole(AriaRole.Button, new() { Name = "Older" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows.First).ToContainTextAsync("s-old");
        await page.GetByRole(AriaRole.Button, new() { Name = "Newer" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "s-new" }).ClickAsync();

        // Its requests alone, and what is known of them.
        await Expect(page.Locator("[data-notice=session]")).ToContainTextAsync("Requests of the session s-new only.");
        var requests = page.Locator(".requests tbody tr");
        await Expect(requests).ToHaveCountAsync(1);
        await page.Locator(".row-open").First.ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        foreach (var text in new[] { "s-new", "subagent", "team-a", "42.1 tokens per second", "3.2 ms of it in the proxy", "900 written to it (700 for five minutes, 200 for an hour)" })
        {
            await Expect(dialog).ToContainTextAsync(text);
        }

        await Browser.AssertAccessibleAsync(page, "the details of a session's request");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Link, new() { Name = "Show all requests" }).ClickAsync();
        await Expect(requests).ToHaveCountAsync(3);

        // Who asked.
        await page.GetByLabel("Client").SelectOptionAsync("codex");
        await Expect(requests).ToHaveCountAsync(1);
        await page.GetByLabel("Client").SelectOptionAsync("");
        await page.GetByLabel("Agent").SelectOptionAsync("subagent");
        await page.GetByLabel("Key").SelectOptionAsync("team-a");
        await Expect(requests).ToHaveCountAsync(2);
        await page.GetByLabel("Filter by text").FillAsync("s-other");
        await Expect(requests).ToHaveCountAsync(1);
        Assert.DoesNotContain("Exception", dashboard.Log, StringComparison.Ordinal);
        await page.Context.CloseAsync();

        static JsonNode Request(string id, string fields) => JsonNode.Parse($$"""{"id":"{{id}}","startedAt":"2026-03-04T11:59:00Z"{{fields}}}""")!;
    }

    [NeedsFact("chromium", "redis-server")]
    public async Task A_source_that_dies_is_named_its_last_numbers_stay_and_it_comes_back()
    {
        await using var house = await House.OpenAsync();
        var page = await browser.OpenAsync(house.Dashboard.Address);
        await Browser.GoAsync(page, "/");
        await Expect(Figure(page, "In flight")).ToHaveTextAsync("5");

        await house.Proxy.StopAsync();
        var proxyNotice = page.Locator("[data-source='The proxy']");
        await Expect(proxyNotice).ToContainTextAsync("The proxy cannot be reached since");
        await Expect(proxyNotice).ToContainTextAsync("nothing accepts connections there");
        await Expect(page.GetByRole(AriaRole.Status).First).ToHaveTextAsync("The proxy cannot be reached");
        await Expect(Figure(page, "In flight")).ToHaveTextAsync("5");
        await Expect(page.Locator(".dots .state-bad")).ToHaveCountAsync(1);
        await Browser.AssertAccessibleAsync(page, "the overview without the proxy");

        house.Redis.Kill();
        await Expect(page.Locator("[data-source='Redis']")).ToContainTextAsync("Redis cannot be reached since");
        await Expect(Figure(page, "Served")).ToHaveTextAsync("40");

        house.Proxy.Status["activeRequests"] = 6;
        await house.Proxy.StartAsync();
        await house.Redis.StartAsync();
        await Expect(proxyNotice).ToHaveCountAsync(0);
        await Expect(Figure(page, "In flight")).ToHaveTextAsync("6");
        await Expect(page.Locator("[data-source='Redis']")).ToHaveCountAsync(0);
        await house.Data.RetryAsync(data => data.CountAsync(RedisKeys.Total, DateTimeOffset.UtcNow, requests: 2));
        await Expect(Figure(page, "Served")).ToHaveTextAsync("42");
        Assert.DoesNotContain("Exception", house.Dashboard.Log, StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [NeedsFact("chromium")]
    public async Task Before_the_first_request_each_page_says_what_to_paste_and_demo_mode_where_the_config_goes()
    {
        await using var proxy = new FakeProxy { Status = FakeProxy.Demo() };
        await proxy.StartAsync();
        using var dashboard = await DashboardProcess.StartAsync(proxy.Address);
        var page = await browser.OpenAsync(dashboard.Address, 360);
        foreach (var path in new[] { "/", "/usage", "/requests", "/sessions" })
        {
            await Browser.GoAsync(page, path);
            await Expect(page.GetByText("No requests yet").First).ToBeVisibleAsync();
            await Expect(page.Locator(".copyline code").First).ToHaveTextAsync($"ANTHROPIC_BASE_URL={proxy.Address} claude");
            await Browser.AssertFitsAsync(page, $"{path} before the first request");
            await Browser.AssertAccessibleAsync(page, $"{path} before the first request");
        }

        await Browser.GoAsync(page, "/");
        await Expect(page.Locator("[data-notice=demo]")).ToContainTextAsync("~/.claude-code-router/config.json");
        await Expect(Figure(page, "Tokens")).ToHaveTextAsync("—");
        await Expect(page.Locator(".targets tbody td").Nth(1)).ToHaveTextAsync("—");
        await Expect(page.Locator(".dots")).ToContainTextAsync("Not used");

        // Without Redis the list of requests is the proxy's own.
        proxy.Status["requestsTotal"] = 1;
        proxy.Requests = [JsonNode.Parse("""{"id":"req_first"}""".Insert(17, Rescued))];
        await Expect(page.Locator(".requests tbody tr")).ToHaveCountAsync(1);
        await Expect(Figure(page, "Served")).ToHaveTextAsync("1");
        await page.Context.CloseAsync();
    }

    [NeedsFact("chromium")]
    public async Task A_dashboard_that_restarts_is_waited_for_and_the_chosen_theme_survives()
    {
        await using var proxy = new FakeProxy();
        await proxy.StartAsync();
        var first = await DashboardProcess.StartAsync(proxy.Address);
        var address = first.Address;
        var page = await browser.OpenAsync(address);
        try
        {
            await Browser.GoAsync(page, "/");
            await page.GetByRole(AriaRole.Button, new() { Name = "Color theme: auto" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Color theme: light" }).ClickAsync();
            await Expect(page.Locator("html")).ToHaveAttributeAsync("data-bs-theme", "dark");
            await Expect(Figure(page, "In flight")).ToHaveTextAsync("5");
        }
        finally
        {
            first.Dispose();
        }

        await Expect(page.GetByText("The connection to the dashboard is lost.")).ToBeVisibleAsync();
        proxy.Status["activeRequests"] = 8;
        using var second = await DashboardProcess.StartAsync(proxy.Address, url: address);
        await Expect(Figure(page, "In flight")).ToHaveTextAsync("8");
        await Expect(page.GetByText("The connection to the dashboard is lost.")).ToBeHiddenAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-bs-theme", "dark");
        Assert.DoesNotContain("Exception", second.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("DataProtection", first.Log + second.Log, StringComparison.Ordinal);
        Assert.Empty(await page.Context.CookiesAsync());
        await page.Context.CloseAsync();
    }

    private static ILocator Figure(IPage page, string tile) => page.Locator($"[data-tile='{tile}'] .figure");

    /// <summary>Redis with some data, a proxy, and the dashboard of both.</summary>
    private sealed class House : IAsyncDisposable
    {
        public required RedisServer Redis { get; init; }

        public required ConnectionMultiplexer Connection { get; init; }

        public required FakeProxy Proxy { get; init; }

        public required DashboardProcess Dashboard { get; init; }

        public RedisData Data => new(Connection);

        public static async Task<House> OpenAsync()
        {
            var redis = await RedisServer.StartNewAsync();
            var options = ConfigurationOptions.Parse(redis.ConnectionString);
            options.AbortOnConnectFail = false;
            var connection = await ConnectionMultiplexer.ConnectAsync(options);
            var data = new RedisData(connection);
            await data.CountAsync(RedisKeys.Total, DateTimeOffset.UtcNow, requests: 40, failures: 2, input: 20_000, output: 2_000);
            await data.AddRequestAsync("req_failed", Failed);
            await data.AddRequestAsync("req_rescued", Rescued);
            var proxy = new FakeProxy();
            await proxy.StartAsync();
            return new() { Redis = redis, Connection = connection, Proxy = proxy, Dashboard = await DashboardProcess.StartAsync(proxy.Address, redis.ConnectionString) };
        }

        public async ValueTask DisposeAsync()
        {
            Dashboard.Dispose();
            await Proxy.DisposeAsync();
            Connection.Dispose();
            await Redis.DisposeAsync();
        }
    }
}
