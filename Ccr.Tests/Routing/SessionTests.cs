using Ccr.ProxyService.Routing;
using Ccr.Tests.Configuration;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Routing;

/// <summary>What goes by the client's session: long context by the last usage, routes of its project.</summary>
public sealed class SessionTests
{
    private const string Session = "6f1f5e3a-0000-4000-8000-000000000001";

    [Theory]
    [InlineData("", null)]
    [InlineData("user_abc_account__session_1234", "1234")]
    [InlineData("""{"device_id":"d","account_uuid":"","session_id":"1234"}""", "1234")]
    [InlineData("""{"session_id" : "1234","x":1}""", "1234")]
    [InlineData("""{"session_id":7}""", null)]
    [InlineData("""{"session_id":"12""", null)]
    [InlineData("someone", null)]
    [InlineData("a_session_", null)]
    public void The_session_is_found_in_both_forms_of_user_id(string user, string? session) => Assert.Equal(session, SessionIds.OfUser(user));

    [Fact]
    public async Task The_session_is_found_in_headers_metadata_and_cache_keys()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\"");
        foreach (var header in new[] { "x-claude-code-session-id", "session-id", "session_id", "thread-id", "x-session-id", "x-session-affinity" })
        {
            var explained = await proxy.ExplainAsync(RoutedProxy.Body("m"), change: r => r.Headers.TryAddWithoutValidation(header, "s-" + header));
            Assert.Equal("s-" + header, explained.GetProperty("session").GetString());
        }

        Assert.Equal("1", (await proxy.ExplainAsync("""{"model":"m","metadata":{"x":[1],"user_id":"{\"session_id\":\"1\"}"},"max_tokens":1,"messages":[]}""")).GetProperty("session").GetString());
        Assert.Equal("2", (await proxy.ExplainAsync("""{"model":"m","prompt_cache_key":"2","input":"x"}""")).GetProperty("session").GetString());
        Assert.Equal("3", (await proxy.ExplainAsync("""{"model":"m","prompt_cache_key":"3","messages":[]}""", "?dialect=openai-chat")).GetProperty("session").GetString());
    }

    [Fact]
    public async Task A_session_whose_last_answer_had_read_much_is_long_also_where_most_of_it_was_cached()
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"longContext\": \"one,Big\", \"longContextThreshold\": 30000");
        var middling = RoutedProxy.Body("m", string.Join(' ', Enumerable.Repeat("word", 21_000)));
        void InSession(HttpRequestMessage request) => request.Headers.Add("x-claude-code-session-id", Session);
        Assert.Equal("default one,m", await proxy.RouteAsync(middling, InSession));
        proxy.Upstream.Answer(ScriptedReply.Json(RoutedProxy.Message.Replace("\"input_tokens\":5", "\"input_tokens\":5,\"cache_read_input_tokens\":29000,\"cache_creation_input_tokens\":1500", StringComparison.Ordinal)));
        (await proxy.Proxy.PostAsync(RoutedProxy.Body("m"), InSession)).Dispose();
        await WaitForRecordAsync(proxy);

        Assert.Equal("longContext one,Big", await proxy.RouteAsync(middling, InSession));
        Assert.Contains("last answer had read 30505 tokens", RoutedProxy.Reason(await proxy.ExplainAsync(middling, change: InSession), "longContext"), StringComparison.Ordinal);

        // A small side request of the session, and another session.
        Assert.Equal("default one,m", await proxy.RouteAsync(RoutedProxy.Body("m"), InSession));
        Assert.Equal("default one,m", await proxy.RouteAsync(middling, r => r.Headers.Add("x-claude-code-session-id", "other")));
    }

    [Fact]
    public async Task A_project_or_session_has_a_Router_of_its_own()
    {
        using var home = new TemporaryFolder();
        home.Write($".claude/projects/-work-app/{Session}.jsonl", "");
        home.Write(".claude/projects/-work-app/second.jsonl", "");
        home.Write(".claude/projects/-work-bad/third.jsonl", "");
        home.Write(".claude-code-router/-work-app/config.json", """{ "Router": { "default": "two,m", "think": "two,gpt-x" } } // of the project""");
        home.Write(".claude-code-router/-work-app/second.json", """{ "Router": { "think": "one,Big" } }""");
        home.Write(".claude-code-router/-work-bad/config.json", """{ "Router": { "default": "acme,m" } }""");
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"background\": \"one,Big\", \"image\": \"one,Big\"", home: home.Root);
        const string Thinking = "\"thinking\":{\"type\":\"adaptive\"},";
        Task<string> RouteAsync(string session, string model, string fields = "") => proxy.RouteAsync(RoutedProxy.Body(model, "hi", fields), r => r.Headers.Add("x-claude-code-session-id", session));

        Assert.Equal("default two,m", await RouteAsync(Session, "m"));
        Assert.Equal("think two,gpt-x", await RouteAsync(Session, "m", Thinking));
        Assert.Equal("background one,Big", await RouteAsync(Session, "claude-haiku-4-5"));
        Assert.Equal("think one,Big", await RouteAsync("second", "m", Thinking));
        Assert.Equal("default one,m", await RouteAsync("second", "m"));
        Assert.Equal("default one,m", await RouteAsync("unknown", "m"));
        Assert.Equal("default one,m", await RouteAsync("../-work-app/config", "m"));
        Assert.Equal("default one,m", await RouteAsync("third", "m"));
        var explained = await proxy.ExplainAsync(RoutedProxy.Body("m"), change: r => r.Headers.Add("x-claude-code-session-id", "third"));
        Assert.Contains("config.json has an error", RoutedProxy.Reason(explained, "project"), StringComparison.Ordinal);
    }

    [Fact]
    public void Old_sessions_make_room_and_are_forgotten()
    {
        var time = new Clock();
        var cache = new LruCache<int>(2, TimeSpan.FromSeconds(10), time);
        cache.Set("a", 1);
        cache.Set("b", 2);
        Assert.True(cache.TryGet("a", out _));
        cache.Set("c", 3);
        Assert.False(cache.TryGet("b", out _));
        Assert.True(cache.TryGet("a", out var a) && a == 1);
        time.Now = TimeSpan.FromSeconds(10);
        Assert.False(cache.TryGet("a", out _));
        cache.Set("a", 4);
        Assert.True(cache.TryGet("a", out a) && a == 4);
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }

    private static async Task WaitForRecordAsync(RoutedProxy proxy)
    {
        // The usage is noted before the request is recorded, and both a moment after the client has its answer.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!(await proxy.Proxy.Client.GetStringAsync("/api/requests?limit=1", limit.Token)).Contains("\"status\":200", StringComparison.Ordinal))
        {
            await Task.Yield();
        }
    }
}
