using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Ccr.Tests.Parts;
using static Microsoft.Playwright.Assertions;

namespace Ccr.Tests.Dashboard;

/// <summary>The dashboard of the running solution: what a newcomer sees after starting the app host.</summary>
public sealed partial class SolutionTests(Browser browser) : IClassFixture<Browser>
{
    [NeedsFact("chromium")]
    public async Task Requests_sent_to_the_running_solution_show_up()
    {
        var home = Directory.CreateTempSubdirectory("ccr-home-");
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var solution = Start(home.FullName, lines);
        try
        {
            var table = await Until.ResultAsync(() => Task.FromResult(
                string.Join('\n', lines) is var text && Address(text, "proxy") is not null && Address(text, "dashboard") is not null ? text
                : solution.HasExited ? throw new InvalidOperationException($"The app host ended:\n{text}") : null));
            var page = await browser.OpenAsync(Address(table, "dashboard")!);
            await Browser.GoAsync(page, "/");
            await Expect(page.Locator("[data-notice=demo]")).ToBeVisibleAsync();
            await Expect(page.Locator(".copyline code")).ToHaveTextAsync($"ANTHROPIC_BASE_URL={Address(table, "proxy")} claude");
            await Expect(page.Locator(".dots .state-good")).ToHaveCountAsync(3);

            using var client = new HttpClient();
            for (var i = 0; i < 3; i++)
            {
                using var answer = await client.PostAsJsonAsync(
                    Address(table, "proxy") + "/v1/messages",
                    new { model = "claude-sonnet-4-5", max_tokens = 100, stream = i > 0, messages = new[] { new { role = "user", content = "Hello" } } });
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
                await answer.Content.ReadAsStringAsync();
            }

            await Expect(page.Locator("[data-tile=Served] .figure")).ToHaveTextAsync("3");
            await Expect(page.Locator("[data-tile=Served]")).ToContainTextAsync("all proxies");
            await Expect(page.Locator(".requests tbody tr")).ToHaveCountAsync(3);
            await Expect(page.Locator(".requests tbody tr").First).ToContainTextAsync("claude-sonnet-4-5");
            await Expect(page.Locator(".targets tbody tr").First).ToContainTextAsync("OK");
            await page.GotoAsync("/usage");
            await Expect(page.Locator("table.grid tbody tr").First.Locator("td").First).ToContainTextAsync("3");
            await page.Context.CloseAsync();
        }
        finally
        {
            solution.Kill(entireProcessTree: true);
            await solution.WaitForExitAsync();
            home.Delete(recursive: true);
        }
    }

    private static Process Start(string home, System.Collections.Concurrent.ConcurrentQueue<string> lines)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(Part.Repository, "Ccr.AppHost", "bin", framework.Parent!.Name, framework.Name, "Ccr.AppHost.dll");
        var start = new ProcessStartInfo(Part.Program("dotnet")!)
        {
            ArgumentList = { program },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HOME"] = home, ["CCR_PROXY_PORT"] = "0", ["CCR_DASHBOARD_PORT"] = "0", ["CCR_TOKENIZER_PORT"] = "0" },
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("ConnectionStrings__", StringComparison.Ordinal) || k is "CCR_CONFIG" or "CCR_CONFIG_PATH").ToArray())
        {
            start.Environment.Remove(name);
        }

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => lines.Enqueue(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => lines.Enqueue(e.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>The address in the table that the app host prints when all is healthy.</summary>
    private static string? Address(string text, string resource) =>
        Row().Matches(text).Where(m => m.Groups[1].Value == resource).Select(m => m.Groups[2].Value).FirstOrDefault();

    [GeneratedRegex(@"^\s*(proxy|dashboard)\s+healthy\s+(http://\S+)", RegexOptions.Multiline)]
    private static partial Regex Row();
}
