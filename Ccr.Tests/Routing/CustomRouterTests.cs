using System.Diagnostics;
using Ccr.ProxyService.Routing.Custom;
using Ccr.Tests.Configuration;
using Ccr.Tests.Parts;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Routing;

/// <summary>CUSTOM_ROUTER_PATH: a script as the Node router takes it, in a process of its own.</summary>
public sealed class CustomRouterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsFact("node")]
    public async Task The_script_sees_the_request_and_chooses_as_in_the_Node_router()
    {
        await using var proxy = await StartAsync("""
            const helper = require('./helper');
            module.exports = async function router(req, config, { event }) {
              console.log('a line on stdout must not disturb');
              process.stdout.write('nor this');
              req.log.info('nor that');
              if (req.headers.authorization || req.headers['x-api-key']) throw new Error('credentials');
              if (JSON.stringify(config).includes('very-secret')) throw new Error('secret');
              const last = req.body.messages[req.body.messages.length - 1].content;
              if (last === 'facts') return `two,${req.method}|${req.url}|${req.sessionId}|${req.tokenCount > 0}|${config.Router.default}|${config.Providers[0].api_key}|${typeof event.emit}`;
              if (last === 'bare') return 'gpt-x';
              if (last === 'number') return 7;
              if (last === 'unknown') return 'acme,x';
              if (last === 'throw') throw new Error('of mine');
              return helper(last);
            };
            """, ("helper.js", "module.exports = text => text === 'helped' ? 'one,Big' : null;"));
        Assert.Equal("custom one,Big", await proxy.RouteAsync(RoutedProxy.Body("m", "helped")));
        Assert.Equal("default one,m", await proxy.RouteAsync(RoutedProxy.Body("m", "leave it")));
        Assert.Equal("custom two,gpt-x", await proxy.RouteAsync(RoutedProxy.Body("m", "bare")));
        Assert.Equal("custom two,POST|/v1/route/explain?x=1|s1|true|one,m|***|function", await proxy.RouteAsync(RoutedProxy.Body("m", "facts"), r =>
        {
            r.Headers.Add("x-session-id", "s1");
            r.Headers.Add("x-api-key", "anything");
        }, "?x=1"));
        Assert.Contains("it returned a number, not a string", await ReasonAsync(proxy, "number"), StringComparison.Ordinal);
        Assert.Contains("there is no provider 'acme'", await ReasonAsync(proxy, "unknown"), StringComparison.Ordinal);
        Assert.Contains("it failed: of mine", await ReasonAsync(proxy, "throw"), StringComparison.Ordinal);

        // Line breaks between tokens, and what looks like them inside texts.
        Assert.Equal("custom one,Big", await proxy.RouteAsync("{\n \"model\":\"m\",\r\n\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"\u2028\\n\"},\n{\"role\":\"user\",\"content\":\"helped\"}]}"));
    }

    [NeedsFact("node")]
    public async Task An_edit_is_in_force_at_once_and_a_broken_script_is_passed_over()
    {
        await using var proxy = await StartAsync("module.exports = () => 'one,Big';");
        Assert.Equal("custom one,Big", await proxy.RouteAsync(RoutedProxy.Body("m")));
        _folder.Write("router.js", "module.exports = () => 'two,gpt-x'; // longer");
        Assert.Equal("custom two,gpt-x", await proxy.RouteAsync(RoutedProxy.Body("m")));
        _folder.Write("router.js", "module.exports = {");
        Assert.Equal("default one,m", await proxy.RouteAsync(RoutedProxy.Body("m")));
        _folder.Write("router.js", "export default async req => 'one,' + req.body.model;");
        Assert.Equal("custom one,zz", await proxy.RouteAsync(RoutedProxy.Body("zz")));
        File.Delete(_folder.File("router.js"));
        Assert.Equal("default one,m", await proxy.RouteAsync(RoutedProxy.Body("m")));
    }

    [NeedsFact("node")]
    public async Task A_script_that_hangs_or_dies_delays_and_stops_nothing_and_its_process_ends_with_ours()
    {
        await using var proxy = await StartAsync("""
            module.exports = async req => {
              const text = req.body.messages[0].content;
              if (text === 'wait') return new Promise(() => {});
              if (text === 'die') process.kill(process.pid, 'SIGKILL');
              if (text === 'spin') for (;;);
              return 'one,Big';
            };
            """, timeout: 5000);
        var custom = proxy.Proxy.Services.GetRequiredService<CustomRouter>();
        Assert.Equal("custom one,Big", await proxy.RouteAsync(RoutedProxy.Body("m")));
        Assert.Contains("its process ended", await ReasonAsync(proxy, "die"), StringComparison.Ordinal);
        Assert.Contains("its process ended", await ReasonAsync(proxy, "while it pauses"), StringComparison.Ordinal);
        Assert.Equal(0, custom.ProcessId);
    }

    [NeedsFact("node")]
    public async Task A_late_answer_is_not_waited_for_and_a_spinning_script_is_given_up()
    {
        await using var proxy = await StartAsync("module.exports = async req => { if (req.body.messages[0].content === 'spin') for (;;); return 'one,Big'; };", timeout: 300);
        var custom = proxy.Proxy.Services.GetRequiredService<CustomRouter>();
        Process node;

        // The first question waits for the start of Node, for longer than this limit on a busy machine.
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
        {
            while (await proxy.RouteAsync(RoutedProxy.Body("m")) != "custom one,Big")
            {
                limit.Token.ThrowIfCancellationRequested();
            }

            node = Process.GetProcessById(custom.ProcessId);
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Contains("did not answer within 300 ms", await ReasonAsync(proxy, "spin"), StringComparison.Ordinal);
        }

        await node.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
        Assert.Contains("did not answer 3 times in a row", await ReasonAsync(proxy, "m"), StringComparison.Ordinal);
    }

    [NeedsFact("node")]
    public async Task A_large_body_is_not_shown_and_the_process_ends_with_the_host()
    {
        var proxy = await StartAsync("module.exports = async req => req.bodyOmitted ? `one,${req.body.model}-${req.body.messages}` : null;", more: ", \"maxBodyBytes\": 500");
        Process node;
        await using (proxy)
        {
            Assert.Equal("custom one,m-undefined", await proxy.RouteAsync(RoutedProxy.Body("m", new string('x', 1000))));
            Assert.Equal("default one,m", await proxy.RouteAsync(RoutedProxy.Body("m")));
            node = Process.GetProcessById(proxy.Proxy.Services.GetRequiredService<CustomRouter>().ProcessId);
        }

        await node.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
        Assert.True(node.HasExited);
    }

    [Fact]
    public async Task Where_Node_is_missing_requests_are_routed_without_it_and_the_reason_says_so()
    {
        await using var proxy = await StartAsync("module.exports = () => 'one,Big';", more: ", \"node\": \"/no/such/node\"");
        Assert.Equal("default one,m", await proxy.RouteAsync(RoutedProxy.Body("m")));
        Assert.Contains("install Node.js 18 or newer", await ReasonAsync(proxy, "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_script_sees_of_the_configuration_has_no_secrets()
    {
        var config = TestEnvironment.ReadValid(
            """
            { CUSTOM_ROUTER_PATH: '~/r.js', APIKEY: 'top-secret', PROXY_URL: 'http://u:top-secret@h:1', mine: { list: [1, 'x'], apiToken: 'top-secret' },
              Providers: [{ name: 'p', api_base_url: 'https://e.com', models: ['m'], api_key: 'top-secret', extra_headers: { 'X-Team': 'top-secret' } }],
              Router: { default: 'p,m', longContextThreshold: 9 } }
            """, ("HOME", "/home/someone"));
        Assert.Equal(Path.GetFullPath("/home/someone/r.js"), config.CustomRouter!.Path);
        Assert.DoesNotContain("top-secret", config.CustomRouter.ConfigJson, StringComparison.Ordinal);
        Assert.Contains("""{"list":[1,"x"],"apiToken":"***"}""", config.CustomRouter.ConfigJson, StringComparison.Ordinal);
        Assert.Contains("\"longContextThreshold\":9", config.CustomRouter.ConfigJson, StringComparison.Ordinal);
        Assert.DoesNotContain("top-secret", config.CustomRouter.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> ReasonAsync(RoutedProxy proxy, string text) => RoutedProxy.Reason(await proxy.ExplainAsync(RoutedProxy.Body("m", text)), "custom");

    private async Task<RoutedProxy> StartAsync(string script, (string Name, string Text)? beside = null, int timeout = 20_000, string more = "")
    {
        var path = _folder.Write("router.js", script);
        if (beside is { } file)
        {
            _folder.Write(file.Name, file.Text);
        }

        return await RoutedProxy.StartAsync("\"default\": \"one,m\"", $"\"CUSTOM_ROUTER_PATH\": {System.Text.Json.JsonSerializer.Serialize(path)}, \"customRouter\": {{ \"timeoutMs\": {timeout}{more} }}, \"password\": \"very-secret\",");
    }
}
