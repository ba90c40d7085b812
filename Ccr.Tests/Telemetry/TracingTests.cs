using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Ccr.Tests.Proxy;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Ccr.Tests.Telemetry;

[Collection(TelemetryGroup.Name)]
public sealed class TracingTests : IAsyncLifetime, IDisposable
{
    private const string Parent = "00f067aa0ba902b7";
    private const string Marker = "Rumpelstilzchen";
    private const string Body = """{"model":"claude-x","max_tokens":64,"temperature":0.5,"stream":true,"system":"be kind Rumpelstilzchen","messages":[{"role":"user","content":"hello Rumpelstilzchen"}]}""";

    private static readonly ScriptedReply Answer = ScriptedReply.Events(
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m1\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":11,\"cache_read_input_tokens\":100,\"output_tokens\":1}}}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"good day Rumpelstilzchen\"}}\n\n",
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");

    private static readonly ScriptedReply ChatAnswer = ScriptedReply.Json(
        """{"id":"c1","object":"chat.completion","model":"m2","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}""");

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _ended = new();

    private ScriptedUpstream _upstream = null!;
    private Collector _collector = null!;
    private ActivityListener? _listener;

    public async Task InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _collector = await Collector.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        await _collector.DisposeAsync();
    }

    public void Dispose() => _listener?.Dispose();

    [Fact]
    public async Task A_request_that_failed_over_is_a_tree_of_spans_and_providers_can_join_it()
    {
        await using var proxy = await StartAsync(_collector.Arguments());
        _upstream.Answer(ScriptedReply.Json("""{"type":"error","error":{"type":"api_error","message":"broken by Rumpelstilzchen"}}""", 500), Answer);
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var response = await proxy.PostAsync(Body, r =>
        {
            r.Headers.Add("traceparent", $"00-{trace}-{Parent}-01");
            r.Headers.Add("tracestate", "vendor=one");
            r.Headers.Add("x-claude-code-session-id", "session-7");
        });
        await response.Content.ReadAsStringAsync();
        var spans = await SpansAsync(proxy, trace);

        var server = Assert.Single(spans, s => s.Scope == "Microsoft.AspNetCore" && s.ParentId == Parent);
        var request = Assert.Single(spans, s => s.Scope == "Ccr.Proxy" && s.Kind == 1);
        Assert.Equal(server.Id, request.ParentId);
        Assert.Equal("chat claude-x", request.Name);
        Assert.Equal("chat", request.Tags["gen_ai.operation.name"]);
        Assert.Equal("claude-x", request.Tags["gen_ai.request.model"]);
        Assert.Equal(64L, request.Tags["gen_ai.request.max_tokens"]);
        Assert.Equal(0.5, request.Tags["gen_ai.request.temperature"]);
        Assert.Equal(true, request.Tags["gen_ai.request.stream"]);
        Assert.Equal("second", request.Tags["gen_ai.provider.name"]);
        Assert.Equal("m1", request.Tags["gen_ai.response.model"]);
        Assert.Equal(111L, request.Tags["gen_ai.usage.input_tokens"]);
        Assert.Equal(100L, request.Tags["gen_ai.usage.cache_read.input_tokens"]);
        Assert.Equal(7L, request.Tags["gen_ai.usage.output_tokens"]);
        Assert.Equal("end_turn", request.Tags["gen_ai.response.finish_reasons"]);
        Assert.True((double)request.Tags["gen_ai.response.time_to_first_chunk"] > 0);
        Assert.Equal("session-7", request.Tags["gen_ai.conversation.id"]);
        Assert.Equal("default", request.Tags["ccr.scenario"]);
        Assert.NotEqual("", request.Tags["ccr.route.reason"]);
        Assert.Equal(2L, request.Tags["ccr.attempts"]);
        Assert.Equal(0.00025, (double)request.Tags["ccr.cost_usd"], 9);
        Assert.Equal(0, request.Status);

        var attempts = spans.Where(s => s.Scope == "Ccr.Proxy" && s.Kind == 3).OrderBy(s => s.Start).ToList();
        Assert.All(attempts, a => Assert.Equal(request.Id, a.ParentId));
        Assert.Equal(["first,m1", "second,m1"], attempts.Select(a => (string)a.Tags["ccr.target"]));
        Assert.Equal(("server", 500L, 2), ((string)attempts[0].Tags["error.type"], (long)attempts[0].Tags["http.response.status_code"], attempts[0].Status));
        Assert.Equal(true, attempts[1].Tags["ccr.attempt.is_later"]);
        Assert.Equal(111L, attempts[1].Tags["gen_ai.usage.input_tokens"]);
        Assert.Equal("127.0.0.1", attempts[1].Tags["server.address"]);
        Assert.DoesNotContain("error.type", attempts[1].Tags.Keys);

        // .NET's own spans of the two HTTP requests are below the attempts, and so are those that the provider makes.
        Assert.Equal(attempts.Select(a => a.Id), spans.Where(s => s.Scope == "System.Net.Http").OrderBy(s => s.Start).Select(s => s.ParentId));
        Assert.Equal(attempts.Select(a => a.Id), spans.Where(s => s.Scope == "Microsoft.AspNetCore" && s.Id != server.Id).OrderBy(s => s.Start).Select(s => s.ParentId));
        Assert.Equal(attempts.Select(a => $"00-{trace}-{a.Id}-01"), _upstream.Requests.Select(r => r.Headers["traceparent"]));
        Assert.All(_upstream.Requests, r => Assert.Equal("vendor=one", r.Headers["tracestate"]));

        // Nobody asked for the words of prompts, nor of answers, nor of a provider's error.
        Assert.DoesNotContain(Marker, _collector.Text("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", _collector.Text("/v1/traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_tracing_off_the_providers_get_the_clients_own_context_and_else_none()
    {
        await using var proxy = await StartAsync([]);
        foreach (var path in new[] { "/v1/messages", "/translated" })
        {
            _upstream.Answer(path == "/translated" ? ChatAnswer : Answer);
            var body = path == "/translated" ? Body.Replace("claude-x", "chat,m2", StringComparison.Ordinal).Replace("true", "false", StringComparison.Ordinal) : Body;

            // A version and flags that no program knows yet: passed on to the byte.
            const string own = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-09-more";
            using (var answer = await proxy.PostAsync(body, r => Add(r, ("traceparent", own), ("tracestate", "a=1, b=2"), ("baggage", "user=ann"))))
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                await answer.Content.ReadAsStringAsync();
            }

            var seen = _upstream.Single.Headers;
            Assert.Equal(own, seen["traceparent"]);
            Assert.Equal("a=1, b=2", seen["tracestate"]);
            Assert.Equal(path != "/translated", seen.ContainsKey("baggage"));

            _upstream.Answer(path == "/translated" ? ChatAnswer : Answer);
            using (var answer = await proxy.PostAsync(body, r => Add(r, ("Request-Id", "|a.b."))))
            {
                await answer.Content.ReadAsStringAsync();
            }

            Assert.Empty(_upstream.Single.Headers.Keys.Intersect(["traceparent", "tracestate", "baggage", "Correlation-Context"], StringComparer.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task A_translated_request_is_in_its_attempts_trace_and_baggage_stays_here()
    {
        await using var proxy = await StartAsync(_collector.Arguments());
        _upstream.Answer(ChatAnswer);
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var response = await proxy.PostAsync(
            Body.Replace("claude-x", "chat,m2", StringComparison.Ordinal).Replace("true", "false", StringComparison.Ordinal),
            r => Add(r, ("traceparent", $"00-{trace}-{Parent}-01"), ("baggage", "user=ann")));
        await response.Content.ReadAsStringAsync();
        var spans = await SpansAsync(proxy, trace);
        var attempt = Assert.Single(spans, s => s.Scope == "Ccr.Proxy" && s.Kind == 3);
        Assert.Equal($"00-{trace}-{attempt.Id}-01", _upstream.Single.Headers["traceparent"]);
        Assert.DoesNotContain("baggage", _upstream.Single.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.Equal("direct", Assert.Single(spans, s => s.Scope == "Ccr.Proxy" && s.Kind == 1).Tags["ccr.scenario"]);
    }

    [Fact]
    public async Task One_percent_sampled_means_that_most_requests_leave_no_span_and_follow_their_parent()
    {
        await using var proxy = await StartAsync(_collector.Arguments("--OTEL_TRACES_SAMPLER=parentbased_traceidratio", "--OTEL_TRACES_SAMPLER_ARG=0.01"));
        _upstream.Answer(Answer);
        for (var i = 0; i < 200; i++)
        {
            using var answer = await proxy.PostAsync(Body);
            await answer.Content.ReadAsStringAsync();
        }

        // Two are to be expected. Forty or more come once in 10^38 times.
        Flush(proxy);
        Assert.InRange(_collector.Spans.Count(s => s.Kind == 1 && s.Name == "chat claude-x"), 0, 40);

        // The caller decided: yes, and no. Of the latter the provider gets the caller's own context.
        foreach (var flag in new[] { "01", "00" })
        {
            _upstream.Answer(Answer);
            var trace = ActivityTraceId.CreateRandom().ToHexString();
            using var answer = await proxy.PostAsync(Body, r => Add(r, ("traceparent", $"00-{trace}-{Parent}-{flag}")));
            await answer.Content.ReadAsStringAsync();
            Assert.Equal(flag == "01", (await SpansAsync(proxy, trace)).Count > 0);
            Assert.Equal(flag == "00", _upstream.Single.Headers["traceparent"] == $"00-{trace}-{Parent}-00");
        }
    }

    [Fact]
    public async Task Words_are_captured_only_when_asked_for_cut_and_without_secrets()
    {
        await using var proxy = await StartAsync(_collector.Arguments("--OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true"));
        _upstream.Answer(Answer);
        var secrets = new[] { "sk-ant-api03-abcdefghij0123456789", "AKIAABCDEFGHIJKLMNOP", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "first-secret-key", "ann.b@example.com" };
        var text = $"{Marker} Authorization: Bearer abcdefghijklmnop0123 {string.Join(' ', secrets)} -----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY----- end of it {new string('x', 20_000)}";
        var messages = new List<object> { new { role = "user", content = text } };
        messages.Add(new { role = "assistant", content = new object[] { new { type = "text", text = "I look" }, new { type = "tool_use", id = "toolu_1", name = "Read", input = new { path = "/tmp/a" } } } });
        messages.Add(new { role = "user", content = new object[] { new { type = "tool_result", tool_use_id = "toolu_1", content = "what is there" } } });
        var body = JsonSerializer.Serialize(new { model = "claude-x", max_tokens = 5, stream = true, system = $"be kind {Marker}", messages });
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var answer = await proxy.PostAsync(body, r => Add(r, ("traceparent", $"00-{trace}-{Parent}-01")));
        var streamed = await answer.Content.ReadAsStringAsync();
        Assert.Equal(Answer.Text, streamed);

        var span = Assert.Single(await SpansAsync(proxy, trace), s => s.Scope == "Ccr.Proxy" && s.Kind == 1);
        Assert.Equal($$"""[{"type":"text","content":"be kind {{Marker}}"}]""", span.Tags["gen_ai.system_instructions"]);
        Assert.Equal($$"""[{"role":"assistant","parts":[{"type":"text","content":"good day {{Marker}}"}],"finish_reason":"end_turn"}]""", span.Tags["gen_ai.output.messages"]);
        var input = (string)span.Tags["gen_ai.input.messages"];
        var read = JsonDocument.Parse(input).RootElement;
        Assert.Equal(["user", "assistant", "tool"], read.EnumerateArray().Select(m => m.GetProperty("role").GetString()));
        Assert.Contains(Marker, input, StringComparison.Ordinal);
        Assert.Contains("end of it", input, StringComparison.Ordinal);
        Assert.Equal("tool_call", read[1].GetProperty("parts")[1].GetProperty("type").GetString());
        Assert.Equal("what is there", read[2].GetProperty("parts")[0].GetProperty("response").GetString());
        Assert.InRange(input.Length, 8_000, 9_000);
        Assert.All([.. secrets, "abcdefghijklmnop0123", "MIIabc"], s => Assert.DoesNotContain(s, input, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Retries_and_rescues_are_events_of_the_requests_span()
    {
        await using var proxy = await StartAsync(_collector.Arguments(), """ "tierRetries": { "*": { "max_retries": 1, "base_backoff_ms": 1, "max_backoff_ms": 1 } }, "order": "priority", """);
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Answer(ScriptedReply.Json("{}", 500), Answer with { Writes = [.. Answer.Writes.Take(3), ": gone\n\n"u8.ToArray()], BeforeLast = seen.Task, Cuts = true }, Answer);
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var answer = await proxy.PostAsync(Body, r => Add(r, ("traceparent", $"00-{trace}-{Parent}-01")));

        // The head comes with the first content: the client has a part of the answer now.
        seen.SetResult();
        await answer.Content.ReadAsStringAsync();
        var spans = await SpansAsync(proxy, trace);
        var request = Assert.Single(spans, s => s.Scope == "Ccr.Proxy" && s.Kind == 1);
        Assert.Equal([("ccr.retry", "first,m1", "server"), ("ccr.rescue", "first,m1", "transport")], request.Events.Select(e => (e.Name, (string)e.Tags["ccr.target"], (string)e.Tags["ccr.reason"])));
        var attempts = spans.Where(s => s.Scope == "Ccr.Proxy" && s.Kind == 3).OrderBy(s => s.Start).ToList();
        Assert.Equal(["server", "transport", ""], attempts.Select(a => (string)a.Tags.GetValueOrDefault("error.type", "")));
        Assert.All(attempts, a => Assert.Equal(request.Id, a.ParentId));
    }

    [Fact]
    public async Task Metrics_reach_the_collector_under_the_conventions_names()
    {
        await using var proxy = await StartAsync(_collector.Arguments());
        _upstream.Answer(ScriptedReply.Json("{}", 500), Answer);
        using var answer = await proxy.PostAsync(Body, r => Add(r, ("x-claude-code-session-id", "session-of-ann")));
        await answer.Content.ReadAsStringAsync();
        await proxy.Client.GetStringAsync(new Uri("/health", UriKind.Relative));
        Flush(proxy);
        var metrics = _collector.Text("/v1/metrics");
        string[] names =
        [
            "gen_ai.client.token.usage", "gen_ai.client.operation.duration", "gen_ai.server.request.duration", "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token",
            "ccr.requests", "ccr.failures", "ccr.cost_usd", "ccr.breaker_state", "ccr.active_streams", "ccr.proxy_overhead", "first,m1", "gen_ai.provider.name",
        ];
        Assert.All(names, n => Assert.Contains(n, metrics, StringComparison.Ordinal));
        Assert.All(new[] { Marker, "secret-key", "session-of-ann", "claude-x" }, s => Assert.DoesNotContain(s, metrics, StringComparison.Ordinal));
    }

    /// <summary>The proxy; where it sends its spans, the ends of servers' spans are noted after it has taken them.</summary>
    private async Task<RunningProxy> StartAsync(string[] arguments, string router = """ "tierRetries": { "*": { "max_retries": 0 } }, "order": "priority", """)
    {
        var proxy = await RunningProxy.StartAsync(Config(router), change: o => o with { HostArguments = [.. o.HostArguments, .. arguments] });
        if (arguments.Length > 0)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == "Microsoft.AspNetCore",
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.None,
                ActivityStopped = span =>
                {
                    // The provider's spans, which are of this process too, have another parent.
                    if (span.ParentSpanId.ToHexString() == Parent)
                    {
                        Ended(span.TraceId.ToHexString()).TrySetResult();
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        return proxy;
    }

    private static void Add(HttpRequestMessage request, params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private async Task<List<OtlpSpan>> SpansAsync(RunningProxy proxy, string trace)
    {
        // The answer's last byte comes before the spans end; the server's span is the last of them.
        await Ended(trace).Task.WaitAsync(TimeSpan.FromSeconds(20));
        Flush(proxy);
        return [.. _collector.Spans.Where(s => s.TraceId == trace)];
    }

    private TaskCompletionSource Ended(string trace) => _ended.GetOrAdd(trace, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private static void Flush(RunningProxy proxy)
    {
        Assert.True(proxy.Services.GetRequiredService<TracerProvider>().ForceFlush(20_000));
        Assert.True(proxy.Services.GetRequiredService<MeterProvider>().ForceFlush(20_000));
    }

    private string Config(string router) => $$"""
        {
          "LOG": false,
          "Providers": [
            { "name": "first", "api_base_url": "{{_upstream.BaseAddress}}v1/messages", "api_key": "first-secret-key", "models": ["m1"], "transformer": { "use": ["Anthropic"] },
              "pricing": { "input_per_million_tokens": 1, "output_per_million_tokens": 1 } },
            { "name": "second", "api_base_url": "{{_upstream.BaseAddress}}v1/messages", "api_key": "second-secret-key", "models": ["m1"], "transformer": { "use": ["Anthropic"] },
              "pricing": { "input_per_million_tokens": 2, "output_per_million_tokens": 4 } },
            { "name": "chat", "api_base_url": "{{_upstream.BaseAddress}}v1/chat/completions", "api_key": "chat-secret-key", "models": ["m2"] }
          ],
          "Router": { {{router}} "default": "first,m1" },
          "fallback": { "default": ["second,m1"] }
        }
        """;
}
