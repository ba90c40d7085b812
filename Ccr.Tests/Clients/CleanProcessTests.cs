using System.Diagnostics;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Clients;

public sealed class CleanProcessTests
{
    [NeedsFact("sh")]
    public async Task Nothing_of_the_callers_environment_reaches_the_program()
    {
        using var place = new CleanProcess();

        var run = await place.RunAsync("/bin/sh", ["-c", "env; pwd; cat"], new Dictionary<string, string> { ["MARK"] = "here" }, TimeSpan.FromSeconds(30));

        Assert.Equal(0, run.ExitCode);
        var names = run.Output.Split('\n').Where(l => l.Contains('=', StringComparison.Ordinal)).Select(l => l[..l.IndexOf('=', StringComparison.Ordinal)]).ToHashSet();
        names.ExceptWith(["PWD", "OLDPWD", "SHLVL", "_"]);
        Assert.Equal(["HOME", "LANG", "MARK", "NO_COLOR", "PATH", "TERM", "TMPDIR"], names.Order());
        Assert.Contains(place.Work, run.Output, StringComparison.Ordinal);
    }

    [NeedsFact("sh", "sleep")]
    public async Task A_program_that_passes_its_limit_is_killed_with_its_children()
    {
        using var place = new CleanProcess();

        var run = await place.RunAsync("/bin/sh", ["-c", "sleep 600 & echo $!; wait"], new Dictionary<string, string>(), TimeSpan.FromSeconds(1));

        Assert.True(run.TimedOut);
        Assert.NotEqual(0, run.ExitCode);
        var child = int.Parse(run.Output, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(HasEnded(child), $"process {child} still runs");
    }

    [Fact]
    public void An_error_result_of_Claude_Code_is_no_success()
    {
        const string output = """
            {"type":"system","subtype":"init"}
            {"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"x"}}]}}
            {"type":"result","subtype":"success","is_error":true,"result":"API Error: 529"}
            """;

        var run = ClaudeCode.Read(new ProcessOutcome(0, false, output, ""));

        Assert.False(run.Succeeded);
        Assert.Equal("API Error: 529", run.Text);
        Assert.Equal([new ToolUse("Bash", """{"command":"x"}""", null)], run.Tools);
    }

    // A killed child of a dead parent may stay as a zombie where the container's first process does not reap.
    private static bool HasEnded(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited || File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is ArgumentException or IOException)
        {
            return true;
        }
    }
}
