using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ccr.Tests.Parts;

namespace Ccr.Tests.AppModel;

/// <summary>A real AppHost with real processes. They need a POSIX shell, which every Linux and macOS has.</summary>
public class ProcessTests
{
    private const string UntilTerm = "trap 'echo asked; exit 0' TERM; while :; do sleep 0.05; done";

    [NeedsFact("sh")]
    public async Task SIGTERM_stops_everything_in_order_and_leaves_no_process()
    {
        var tag = Tag();
        await using var host = ProgramRun.StartProbe("--child:base", $": {tag}; {UntilTerm}", "--child:web", $": {tag}; {UntilTerm}", "--wait:web", "base");
        await host.SaysAsync("web       running");
        Assert.True(Processes(tag) > 0);

        host.Signal("TERM");

        Assert.Equal(0, await host.EndAsync());
        var asked = host.Output.Split('\n').Where(line => line.EndsWith("| asked", StringComparison.Ordinal));
        Assert.Equal(["web     | asked", "base    | asked"], asked);
        Assert.EndsWith("apphost | stopped\n", host.Output, StringComparison.Ordinal);
        await GoneAsync(tag);
    }

    [NeedsFact("sh")]
    public async Task Ctrl_C_does_the_same()
    {
        var tag = Tag();
        await using var host = ProgramRun.StartProbe("--child:web", $": {tag}; {UntilTerm}");
        await host.SaysAsync("web       running");

        host.Signal("INT");

        Assert.Equal(0, await host.EndAsync());
        Assert.Contains("web     | asked", host.Output, StringComparison.Ordinal);
        await GoneAsync(tag);
    }

    [NeedsFact("sh")]
    public async Task Children_notice_that_the_AppHost_was_killed()
    {
        var tag = Tag();
        var file = Path.Combine(Path.GetTempPath(), tag);
        await using var host = ProgramRun.StartProbe("--child:web", $": {tag}; trap 'echo asked > {file}; exit 0' TERM; while :; do sleep 0.05; done");
        await host.SaysAsync("web       running");

        host.Kill();

        await GoneAsync(tag);
        Assert.Equal("asked\n", await File.ReadAllTextAsync(file));
        File.Delete(file);
    }

    [NeedsFact("sh", "setsid")]
    public async Task A_child_that_ignores_SIGTERM_does_not_outlive_a_killed_AppHost_for_long()
    {
        var tag = Tag();
        await using var host = ProgramRun.StartProbe("--child:stubborn", $": {tag}; trap '' TERM; sh -c ': {tag}; while :; do sleep 0.05; done'");
        await host.SaysAsync("stubborn  running");
        Assert.True(Processes(tag) > 0);

        host.Kill();

        await GoneAsync(tag);
    }

    [NeedsFact("sh")]
    public async Task A_guard_that_was_ended_is_replaced_and_the_new_one_knows_all_children()
    {
        var tag = Tag();
        await using var host = ProgramRun.StartProbe("--child:worker", $": {tag}; {UntilTerm}", "--child:late", "sleep 3; exit 1");
        await host.SaysAsync("worker    running");
        using (var guard = Process.GetProcessById(Assert.Single(Guards(host.Id))))
        {
            guard.Kill();
        }

        // The end of a child is news for the guard.
        await host.SaysAsync("starts again in 1 s");
        await ProgramRun.EventuallyAsync(() => Guards(host.Id).Count == 1, () => "There is no new guard.");
        host.Kill();

        await GoneAsync(tag);
    }

    [NeedsFact("sh")]
    public async Task A_process_that_ignores_SIGTERM_is_ended_with_its_descendants()
    {
        var tag = Tag();
        await using var host = ProgramRun.StartProbe("--child:stubborn", $": {tag}; trap '' TERM; sh -c ': {tag}; while :; do sleep 0.05; done'");
        await host.SaysAsync("stubborn  running");

        host.Signal("TERM");

        Assert.Equal(0, await host.EndAsync());
        Assert.Contains("stubborn | did not stop in 4 s and is ended", host.Output, StringComparison.Ordinal);
        await GoneAsync(tag);
    }

    [NeedsFact("sh")]
    public async Task A_secret_is_in_no_line_even_when_a_child_prints_it()
    {
        await using var host = ProgramRun.StartProbe("--secret:KEY", "s3cr3t-value", "--child:web", "echo \"key is $KEY\" >&2; exec sleep 1000");

        await host.SaysAsync("web       running");
        var output = await host.SaysAsync("web     | key is ********");

        Assert.DoesNotContain("s3cr3t-value", output + host.Error, StringComparison.Ordinal);
    }

    [NeedsFact("sh")]
    public async Task A_child_that_fails_at_once_is_one_line_with_its_last_lines_and_exit_code_1()
    {
        await using var host = ProgramRun.StartProbe("--child:web", "echo no such setting; exit 7");

        Assert.Equal(1, await host.EndAsync());
        Assert.Equal("web: ended before it was ready (exit code 7); correct what its last lines say, and start again:\n    no such setting\n", host.Error);
    }

    [Fact]
    public async Task A_missing_program_is_one_line_and_exit_code_1()
    {
        await using var host = ProgramRun.StartProbe("--child:web", "true", "--program:web", "no-such-program");

        Assert.Equal(1, await host.EndAsync());
        Assert.Equal("web: the program 'no-such-program' was not found; install it or put its folder on PATH.\n", host.Error);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_exit_code_1_before_anything_starts()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var host = ProgramRun.StartProbe("--child:web", "true", "--port:web", $"{port}");

        Assert.Equal(1, await host.EndAsync());
        Assert.Equal($"web: port {port} on 127.0.0.1 is in use by another program. Stop that program, or give endpoint 'http' another port (applicationUrl in launchSettings.json, or the AppHost).\n", host.Error);
        Assert.Equal("", host.Output);
    }

    [Theory]
    [InlineData("{ nonsense", "(1,3) is not valid JSON; correct it or delete the file.")]
    [InlineData("""{ "profiles": { "a": { "commandName": "Project", "applicationUrl": "localhost" } } }""", ": applicationUrl of profile 'a' is 'localhost'; it must be like http://localhost:3456.")]
    [InlineData("""{ "profiles": [] }""", " cannot be used: ")]
    public async Task A_broken_launchSettings_is_one_line_and_exit_code_1(string text, string expected)
    {
        using var projects = new TestProjects();
        projects.Write("Broken", text);
        await using var host = ProgramRun.StartProbe("--profile", Path.Combine(projects.Folder, "Broken"));

        Assert.Equal(1, await host.EndAsync());
        var line = Assert.Single(host.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith($"broken: {Path.Combine(projects.Folder, "Broken", "Properties", "launchSettings.json")}{expected}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_that_is_not_built_is_named_with_the_command_that_builds_it()
    {
        using var projects = new TestProjects();
        var folder = Path.Combine(projects.Folder, "Api");
        await using var host = ProgramRun.StartProbe("--profile", folder);

        Assert.Equal(1, await host.EndAsync());
        Assert.Equal($"broken: its program {folder}/bin/Broken.dll is missing; build it with: dotnet build \"{folder}/Broken.csproj\"\n", host.Error);
    }

    [NeedsFact("sh")]
    public async Task Replicas_share_one_address_and_a_crashed_one_comes_back()
    {
        var port = FreePort();
        await using var host = ProgramRun.StartProbe("--service:web", "2", "--service-port:web", $"{port}");
        await host.SaysAsync("(2 replicas)");
        Assert.Equal(2, (await PidsAsync(port)).Count);

        using var client = NewClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.PostAsync(new Uri($"http://localhost:{port}/exit/3"), null));
        await host.SaysAsync("crashed: exit code 3; starts again in 1 s. Its last lines:");
        Assert.Matches(@"web-[01]   \|     about to end", await host.SaysAsync("    about to end"));
        while ((await PidsAsync(port)).Count < 2)
        {
            await host.SaysAsync("starts again");
        }

        host.Signal("TERM");
        Assert.Equal(0, await host.EndAsync());
    }

    [NeedsFact("sh")]
    public async Task One_process_listens_on_the_port_itself_and_gets_every_variable()
    {
        var port = FreePort();
        await using var host = ProgramRun.StartProbe("--service:web", "1", "--service-port:web", $"{port}");
        await host.SaysAsync("web       healthy");

        using var client = NewClient();
        Assert.Equal($"http://localhost:{port}", await client.GetStringAsync(new Uri($"http://localhost:{port}/env/ASPNETCORE_URLS")));

        // Names that no shell would pass on.
        Assert.Equal("kept", await client.GetStringAsync(new Uri($"http://localhost:{port}/env/services__my-api__http__0")));
        Assert.Equal("Trace", await client.GetStringAsync(new Uri($"http://localhost:{port}/env/Logging__LogLevel__Some.Category")));
    }

    [Fact]
    public async Task A_service_that_watches_its_parent_stops_when_the_pipe_closes()
    {
        await using var service = ProgramRun.Start(
            Built.Probe,
            ["serve"],
            new Dictionary<string, string?> { ["CCR_PARENT_PIPE"] = "1", ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" });

        service.Input.Close();

        Assert.Equal(0, await service.EndAsync());
    }

    private static string Tag() => "ccr-test-" + Guid.NewGuid().ToString("N");

    private static Task GoneAsync(string tag) => ProgramRun.EventuallyAsync(() => Processes(tag) == 0, () => $"Processes with {tag} are left: {Processes(tag)}.");

    /// <summary>How many processes besides the AppHost itself have a text in their command line.</summary>
    private static int Processes(string tag)
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["-eo", "args"]) { RedirectStandardOutput = true })!;
        return ps.StandardOutput.ReadToEnd().Split('\n').Count(line => line.Contains(tag, StringComparison.Ordinal) && !line.Contains("AppModelProbe.dll", StringComparison.Ordinal));
    }

    private static List<int> Guards(int host)
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["-eo", "pid=,ppid=,args="]) { RedirectStandardOutput = true })!;
        return [.. ps.StandardOutput.ReadToEnd().Split('\n')
            .Select(line => line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length == 3 && parts[1] == $"{host}" && parts[2].Contains("ccr-guard", StringComparison.Ordinal))
            .Select(parts => int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static async Task<HashSet<string>> PidsAsync(int port)
    {
        var pids = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            // A new connection each time: the relay goes round by connection.
            using var client = NewClient();
            try
            {
                pids.Add(await client.GetStringAsync(new Uri($"http://localhost:{port}/pid")));
            }
            catch (HttpRequestException)
            {
                // The connection was to the one that ended just then.
            }
        }

        return pids;
    }

    private static HttpClient NewClient() => new() { Timeout = TimeSpan.FromSeconds(20) };

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
