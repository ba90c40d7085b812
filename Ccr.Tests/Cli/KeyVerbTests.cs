using System.Text.Json;
using Ccr.Tests.Keys;

namespace Ccr.Tests.Cli;

/// <summary><c>ccr key …</c>, with the real program.</summary>
public sealed class KeyVerbTests
{
    [Fact]
    public async Task Without_a_router_keys_are_made_and_changed_in_its_folder_and_a_router_started_later_knows_them()
    {
        using var ccr = new CcrProgram();
        var (exit, output, error) = await ccr.RunAsync("key", "create", "--name", "ci", "--models", "claude-haiku*,claude-x", "--targets", "q", "--expires", "30d", "--rpm", "60", "--budget-day", "2.50", "--json");
        Assert.True(exit == 0, error);
        var made = JsonDocument.Parse(output).RootElement;
        var key = made.GetProperty("key").GetString()!;
        Assert.Equal(["claude-haiku*", "claude-x", "q,*"], made.GetProperty("models").EnumerateArray().Select(m => m.GetString()));
        Assert.Equal((60, 2.5m), (made.GetProperty("rpm").GetInt32(), made.GetProperty("budgetDay").GetDecimal()));

        (exit, output, _) = await ccr.RunAsync("key", "update", "CI", "--rpm", "none", "--team", "red");
        Assert.Equal(0, exit);
        Assert.DoesNotContain(key, output, StringComparison.Ordinal);
        Assert.Contains("red", output, StringComparison.Ordinal);

        (exit, _, error) = await ccr.RunAsync("key", "create", "--name", "x", "--budget-day", "much");
        Assert.Equal(2, exit);
        Assert.StartsWith("ccr: budgetDay must be dollars", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));

        await using var bed = await KeyBed.StartAsync(home: ccr.Home);
        Assert.Equal(200, (await bed.AskAsync(key)).Status);
        Assert.Equal(403, (await bed.AskAsync(key, KeyBed.Body("p,m2"))).Status);
    }

    [Fact]
    public async Task A_running_router_is_asked()
    {
        using var ccr = new CcrProgram();
        await using var bed = await KeyBed.StartAsync();
        string[] where = ["--host", "127.0.0.1", "--port", $"{bed.Proxy.BaseAddress.Port}"];
        var (exit, output, error) = await ccr.RunAsync(["key", "create", "--name", "ci", .. where]);
        Assert.True(exit == 0, error);
        var key = output.Split('\n').Single(l => l.StartsWith("sk-ccr-", StringComparison.Ordinal)).Trim();
        Assert.Equal(200, (await bed.AskAsync(key)).Status);

        (exit, output, _) = await ccr.RunAsync(["key", "rotate", "ci", .. where]);
        Assert.Equal(0, exit);
        var rotated = output.Split('\n').Single(l => l.StartsWith("sk-ccr-", StringComparison.Ordinal)).Trim();
        Assert.Equal((401, 200), ((await bed.AskAsync(key)).Status, (await bed.AskAsync(rotated)).Status));

        (exit, output, _) = await ccr.RunAsync(["key", "list", .. where]);
        Assert.Equal(0, exit);
        Assert.Contains(rotated[^4..], output, StringComparison.Ordinal);
        Assert.DoesNotContain(rotated, output, StringComparison.Ordinal);

        (exit, _, error) = await ccr.RunAsync(["key", "delete", "nobody", .. where]);
        Assert.Equal((1, "ccr: there is no key \"nobody\"; ccr key list shows those there are"), (exit, error.Trim()));
    }
}
