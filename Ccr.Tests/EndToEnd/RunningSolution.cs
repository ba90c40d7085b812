using System.Text.RegularExpressions;
using Ccr.Tests.AppModel;

namespace Ccr.Tests.EndToEnd;

/// <summary>The whole solution as a newcomer starts it: the built AppHost, its services as processes, free ports, a home folder without a configuration.</summary>
internal sealed partial class RunningSolution : IAsyncDisposable
{
    private readonly ProgramRun _appHost;
    private readonly DirectoryInfo _home;

    private RunningSolution(ProgramRun appHost, DirectoryInfo home, string output)
    {
        _appHost = appHost;
        _home = home;
        ProxyAddress = Address(output, "proxy");
        DashboardAddress = Address(output, "dashboard");
        Proxy = new HttpClient { BaseAddress = new Uri(ProxyAddress), Timeout = TimeSpan.FromSeconds(30) };
    }

    public string ProxyAddress { get; }

    public string DashboardAddress { get; }

    public HttpClient Proxy { get; }

    public string Output => _appHost.Output;

    /// <summary>Starts it and waits for the line that can be pasted.</summary>
    public static async Task<RunningSolution> StartAsync(string redis)
    {
        var home = Directory.CreateTempSubdirectory("ccr-home-");
        var appHost = ProgramRun.Start(Built.AppHost, [], new Dictionary<string, string?>
        {
            ["HOME"] = home.FullName,
            ["CCR_REDIS"] = redis,
            ["CCR_CONFIG"] = null,
            ["CCR_CONFIG_PATH"] = null,
            ["ConnectionStrings__redis"] = null,
            ["ASPNETCORE_URLS"] = null,
            ["CCR_PROXY_PORT"] = "0",
            ["CCR_DASHBOARD_PORT"] = "0",
            ["CCR_TOKENIZER_PORT"] = "0",
            ["NO_COLOR"] = "1",
        });
        try
        {
            return new(appHost, home, await appHost.SaysAsync(" claude"));
        }
        catch
        {
            await appHost.DisposeAsync();
            home.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Sends a request as Claude Code does.</summary>
    public async Task<string> AskAsync(string text, string more = "")
    {
        using var content = new StringContent($$"""{"model":"claude-sonnet-4-5","max_tokens":100,{{more}}"messages":[{"role":"user","content":"{{text}}"}]}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await Proxy.PostAsync("/v1/messages", content);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return body;
    }

    /// <summary>Ends it as a service manager does; returns the exit code.</summary>
    public Task<int> TerminateAsync()
    {
        _appHost.Signal("TERM");
        return _appHost.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Proxy.Dispose();
        _appHost.Signal("TERM");
        await _appHost.DisposeAsync();
        _home.Delete(recursive: true);
    }

    private static string Address(string output, string resource) =>
        Line(resource).Match(output) is { Success: true } match ? match.Groups[1].Value : throw new InvalidOperationException($"No address of {resource} in:\n{output}");

    private static Regex Line(string resource) => new($@"^\s+{resource}\s+\S+\s+(http://[^,\s]+)", RegexOptions.Multiline);
}
