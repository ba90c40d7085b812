using System.Net;
using System.Text;
using Ccr.ProxyService.Attach;
using Ccr.ProxyService.Usage;
using Ccr.Tests.Proxy;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Attach;

/// <summary>Identical requests share one call to the provider.</summary>
public sealed class AttachTests : IAsyncLifetime, IDisposable
{
    private const string Asked = """{"model":"native,sim-text","max_tokens":100,"stream":true,"messages":[{"role":"user","content":"hi"}]}""";
    private const string AskedWhole = """{"model":"native,sim-text","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}""";
    private const string Document = """{"id":"msg_1","type":"message","role":"assistant","model":"sim-text","content":[{"type":"text","text":"one two"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}}""";

    private static readonly string[] Frames =
    [
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"sim-text\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n"
            + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"one \"}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"two\"}}\n\n"
            + "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
            + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}\n\n"
            + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    ];

    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(30));
    private ScriptedUpstream _upstream = null!;

    private ScriptedReply Held => ScriptedReply.Events(Frames) with { BeforeLast = _go.Task, Left = _left };

    public async Task InitializeAsync() => _upstream = await ScriptedUpstream.StartAsync();

    public async Task DisposeAsync()
    {
        _go.TrySetResult();
        await _upstream.DisposeAsync();
    }

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task A_client_that_comes_back_in_the_middle_gets_the_same_bytes_from_the_one_call()
    {
        await using var proxy = await StartAsync("windowMs: 60000");
        _upstream.Answer(Held);
        await LeaveAsync(proxy);
        await WhenAsync(proxy, static a => a.IsFirstGone);

        using var again = await proxy.PostAsync(Asked, Retry(1));
        _go.SetResult();

        Assert.Equal(string.Concat(Frames), await again.Content.ReadAsStringAsync());
        Assert.Equal("true", again.Headers.GetValues("x-ccr-attached").Single());
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal("text/event-stream", again.Content.Headers.ContentType!.MediaType);
        Assert.Single(_upstream.Requests);
        await WhenNoneAsync(proxy);
    }

    [Fact]
    public async Task Both_of_two_concurrent_requests_get_the_whole_answer_and_one_is_accounted_without_tokens()
    {
        await using var proxy = await StartAsync();
        _upstream.Answer(Held);
        using var first = await proxy.PostAsync(Asked);
        using var second = await proxy.PostAsync(Asked);
        _go.SetResult();

        Assert.Equal(string.Concat(Frames), await first.Content.ReadAsStringAsync());
        Assert.Equal(string.Concat(Frames), await second.Content.ReadAsStringAsync());
        Assert.Single(_upstream.Requests);
        Assert.False(first.Headers.Contains("x-ccr-attached"));
        var id = first.Headers.GetValues("x-ccr-request-id").Single();
        Assert.Equal(id, second.Headers.GetValues("x-ccr-request-id").Single());
        var records = await RecordsAsync(proxy, 2);
        var own = Assert.Single(records, static r => r.Scenario != "attached");
        var attached = Assert.Single(records, static r => r.Scenario == "attached");
        Assert.Equal((id, 200, 2L), (own.RequestId, own.Status, own.Tokens.Output));
        Assert.Single(own.Attempts);
        Assert.Equal((200, 0L, 0L, true), (attached.Status, attached.Tokens.Input, attached.Tokens.Output, attached.Streaming));
        Assert.Empty(attached.Attempts);
        Assert.Null(attached.Cost);
        Assert.Contains(id, attached.RouteReason, StringComparison.Ordinal);
        Assert.NotEqual(id, attached.RequestId);
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData("0", 2)]
    [InlineData("1", 1)]
    public async Task By_default_only_a_try_again_attaches_to_a_call_whose_client_is_there(string? retryCount, int calls)
    {
        await using var proxy = await StartAsync("concurrent: false");
        _upstream.Answer(Held);
        using var first = await proxy.PostAsync(Asked);
        using var second = await proxy.PostAsync(Asked, retryCount is null ? null : Header("x-stainless-retry-count", retryCount));
        _go.SetResult();

        Assert.Equal(string.Concat(Frames), await first.Content.ReadAsStringAsync());
        Assert.Equal(string.Concat(Frames), await second.Content.ReadAsStringAsync());
        Assert.Equal(calls, _upstream.Requests.Count);
    }

    [Fact]
    public async Task By_default_a_client_that_comes_back_attaches()
    {
        await using var proxy = await StartAsync("concurrent: false, windowMs: 60000");
        _upstream.Answer(Held);
        await LeaveAsync(proxy);
        await WhenAsync(proxy, static a => a.IsFirstGone);
        using var again = await proxy.PostAsync(Asked);
        _go.SetResult();
        Assert.Equal(string.Concat(Frames), await again.Content.ReadAsStringAsync());
        Assert.Single(_upstream.Requests);
    }

    [Theory]
    [InlineData("body")]
    [InlineData("key")]
    [InlineData("anthropic-beta")]
    [InlineData("query")]
    [InlineData("off")]
    [InlineData("disabled")]
    public async Task Requests_that_differ_or_want_none_of_it_have_calls_of_their_own(string difference)
    {
        await using var proxy = await StartAsync(difference == "disabled" ? "enabled: false" : "");
        _upstream.Answer(Held);
        using var first = await proxy.PostAsync(Asked, Header("x-api-key", "one"));
        using var second = await proxy.PostAsync(
            difference == "query" ? "/v1/messages?beta=true" : "/v1/messages",
            difference == "body" ? Asked.Replace("hi", "ho", StringComparison.Ordinal) : Asked,
            request =>
            {
                request.Headers.Add("x-api-key", difference == "key" ? "two" : "one");
                if (difference is "anthropic-beta" or "off")
                {
                    request.Headers.Add(difference == "off" ? "x-ccr-attach" : difference, difference);
                }
            });
        _go.SetResult();

        Assert.Equal(string.Concat(Frames), await first.Content.ReadAsStringAsync());
        Assert.Equal(string.Concat(Frames), await second.Content.ReadAsStringAsync());
        Assert.False(second.Headers.Contains("x-ccr-attached"));
        Assert.Equal(2, _upstream.Requests.Count);
    }

    [Fact]
    public async Task Without_the_key_nobody_attaches()
    {
        await using var proxy = await StartAsync(more: "APIKEY: \"the-key\",");
        _upstream.Answer(Held);
        using var first = await proxy.PostAsync(Asked, Header("x-api-key", "the-key"));
        using var second = await proxy.PostAsync(Asked, Header("x-api-key", "a-guess"));

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
    }

    [Theory]
    [InlineData("windowMs: 50")]
    [InlineData("windowMs: 0")]
    public async Task A_call_that_nobody_comes_back_to_is_cancelled(string attach)
    {
        await using var proxy = await StartAsync(attach);
        _upstream.Answer(Held);
        await LeaveAsync(proxy);

        await _left.Task.WaitAsync(_deadline.Token);
        await WhenNoneAsync(proxy);
        var record = Assert.Single(await RecordsAsync(proxy, 1));
        Assert.Equal((499, "client_gone"), (record.Status, record.Failure));

        _upstream.Answer(ScriptedReply.Events(Frames));
        var (again, body) = await proxy.AskAsync(Asked);
        Assert.Equal(string.Concat(Frames), body);
        Assert.False(again.Headers.Contains("x-ccr-attached"));
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task A_call_is_cancelled_after_the_attached_client_has_left_too()
    {
        await using var proxy = await StartAsync("windowMs: 50");
        _upstream.Answer(Held);
        using var first = await proxy.PostAsync(Asked);
        using var second = await proxy.PostAsync(Asked);
        Assert.True(second.Headers.Contains("x-ccr-attached"));
        first.Dispose();
        await WhenAsync(proxy, static a => a.IsFirstGone);
        Assert.False(_left.Task.IsCompleted);

        second.Dispose();

        await _left.Task.WaitAsync(_deadline.Token);
    }

    [Fact]
    public async Task An_answer_that_ended_while_nobody_was_there_waits_for_the_rest_of_the_window()
    {
        await using var proxy = await StartAsync("windowMs: 60000");
        _upstream.Answer(Held);
        await LeaveAsync(proxy);
        await WhenAsync(proxy, static a => a.IsFirstGone);
        _go.SetResult();
        var record = Assert.Single(await RecordsAsync(proxy, 1));
        Assert.Equal((499, "client_gone", 2L), (record.Status, record.Failure, record.Tokens.Output));

        var (again, body) = await proxy.AskAsync(Asked);

        Assert.Equal(string.Concat(Frames), body);
        Assert.True(again.Headers.Contains("x-ccr-attached"));
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task What_has_ended_for_its_own_client_is_asked_for_anew()
    {
        await using var proxy = await StartAsync();
        _upstream.Answer(ScriptedReply.Events(Frames));
        await proxy.AskAsync(Asked);
        await WhenNoneAsync(proxy);

        var (again, body) = await proxy.AskAsync(Asked);

        Assert.Equal(string.Concat(Frames), body);
        Assert.False(again.Headers.Contains("x-ccr-attached"));
        Assert.Equal(2, _upstream.Requests.Count);
    }

    [Fact]
    public async Task A_whole_answer_is_shared()
    {
        await using var proxy = await StartAsync();
        _upstream.Answer(ScriptedReply.Json(Document) with { BeforeLast = _go.Task });
        var first = proxy.AskAsync(AskedWhole);
        await WhenAsync(proxy, static _ => true);
        var second = proxy.AskAsync(AskedWhole);
        await WhenAsync(proxy, static a => a.Shared.IsCompleted);
        _go.SetResult();

        Assert.Equal(Document, (await first).Body);
        Assert.Equal(Document, (await second).Body);
        Assert.Equal("true", (await second).Response.Headers.GetValues("x-ccr-attached").Single());
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task An_error_is_shared_by_those_who_wait_and_forgotten_after()
    {
        await using var proxy = await StartAsync();
        _upstream.Answer(ScriptedReply.Json("""{"type":"error","error":{"type":"invalid_request_error","message":"no such field"}}""", 400) with { BeforeLast = _go.Task });
        var first = proxy.AskAsync(AskedWhole);
        await WhenAsync(proxy, static _ => true);
        var second = proxy.AskAsync(AskedWhole);
        await WhenAsync(proxy, static a => a.Shared.IsCompleted);
        _go.SetResult();

        Assert.Equal((await first).Body, (await second).Body);
        Assert.Contains("no such field", (await second).Body, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), ((await first).Response.StatusCode, (await second).Response.StatusCode));
        Assert.Single(_upstream.Requests);
        Assert.All(await RecordsAsync(proxy, 2), static r => Assert.Equal("invalid_request", r.Failure));
        await WhenNoneAsync(proxy);
        await proxy.AskAsync(AskedWhole);
        Assert.Equal(2, _upstream.Requests.Count);
    }

    [Fact]
    public async Task A_first_client_that_reads_nothing_does_not_hold_up_another()
    {
        // More than the buffers of the connection take, on either side.
        var frames = Long(24 * 1024 * 1024);
        await using var proxy = await StartAsync("maxBytes: 134217728");
        _upstream.Answer(ScriptedReply.Events(frames) with { BeforeSecond = _go.Task });
        using var first = await proxy.PostAsync(Asked);
        using var second = await proxy.PostAsync(Asked);
        Assert.True(second.Headers.Contains("x-ccr-attached"));
        _go.SetResult();

        var body = await second.Content.ReadAsStringAsync(_deadline.Token);

        Assert.Equal(string.Concat(frames), body);
        Assert.Equal(body, await first.Content.ReadAsStringAsync(_deadline.Token));
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task A_client_that_is_too_far_behind_another_loses_its_connection()
    {
        var tail = Long(24 * 1024 * 1024);
        await using var proxy = await StartAsync("maxBytes: 1048576");

        // One write of all the rest would be one piece, which nobody is behind of.
        _upstream.Answer(new ScriptedReply(200, "text/event-stream", [.. tail.Select(Encoding.UTF8.GetBytes)]) { BeforeSecond = _go.Task });
        using var first = await proxy.PostAsync(Asked);
        using var second = await proxy.PostAsync(Asked);
        Assert.True(second.Headers.Contains("x-ccr-attached"));
        _go.SetResult();

        Assert.Equal(string.Concat(tail), await second.Content.ReadAsStringAsync(_deadline.Token));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => first.Content.ReadAsStringAsync(_deadline.Token));
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task An_answer_longer_than_the_limit_reaches_its_own_client_and_cannot_be_attached_to()
    {
        var frames = Long(1024 * 1024);
        await using var proxy = await StartAsync("maxBytes: 65536");
        _upstream.Answer(ScriptedReply.Events(frames) with { BeforeLast = _go.Task }, ScriptedReply.Events(Frames));
        using var first = await proxy.PostAsync(Asked);
        await WhenAsync(proxy, static a => !a.Log.IsWhole);

        var (second, body) = await proxy.AskAsync(Asked);
        _go.SetResult();

        Assert.Equal(string.Concat(Frames), body);
        Assert.False(second.Headers.Contains("x-ccr-attached"));
        Assert.Equal(string.Concat(frames), await first.Content.ReadAsStringAsync(_deadline.Token));
        Assert.Equal(2, _upstream.Requests.Count);
    }

    [Fact]
    public async Task A_host_that_stops_waits_for_no_client()
    {
        var proxy = await StartAsync("windowMs: 60000");
        _upstream.Answer(Held);
        await LeaveAsync(proxy);
        await WhenAsync(proxy, static a => a.IsFirstGone);
        Assert.False(_left.Task.IsCompleted);

        await proxy.DisposeAsync();

        // Long before the drain's limit, which would cancel it too.
        await _left.Task.WaitAsync(_deadline.Token);
    }

    private static string[] Long(int bytes)
    {
        var delta = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + new string('x', 60_000) + "\"}}\n\n";
        return [Frames[0] + Frames[1], .. Enumerable.Repeat(delta, bytes / delta.Length), Frames[2]];
    }

    private static Action<HttpRequestMessage> Header(string name, string value) => request => request.Headers.Add(name, value);

    private static Action<HttpRequestMessage> Retry(int count) => Header("x-stainless-retry-count", count.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static async Task<List<RequestRecord>> RecordsAsync(RunningProxy proxy, int count)
    {
        var recent = proxy.Services.GetRequiredService<UsageRecorder>().Recent;
        List<RequestRecord> records;
        await PollAsync(() => (records = recent.Read(0, 100, out _)).Count >= count);
        records = recent.Read(0, 100, out _);
        Assert.Equal(count, records.Count);
        return records;
    }

    private static Task WhenAsync(RunningProxy proxy, Func<RunningAnswer, bool> holds)
    {
        var running = proxy.Services.GetRequiredService<RunningAnswers>();
        return PollAsync(() => running.All.Any(holds));
    }

    private static Task WhenNoneAsync(RunningProxy proxy)
    {
        var running = proxy.Services.GetRequiredService<RunningAnswers>();
        return PollAsync(() => running.All.Count == 0);
    }

    private static async Task PollAsync(Func<bool> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    private Task<RunningProxy> StartAsync(string attach = "", string more = "") =>
        RunningProxy.StartAsync(RunningProxy.Config(_upstream.BaseAddress, "\"default\": \"native,sim-text\"", $"{more} \"Attach\": {{ {(attach.Contains("concurrent", StringComparison.Ordinal) ? "" : "concurrent: true,")} {attach} }}, \"Rescue\": {{ \"enabled\": false }},"));

    /// <summary>Asks, reads the beginning, and breaks the connection.</summary>
    private async Task LeaveAsync(RunningProxy proxy)
    {
        using var response = await proxy.PostAsync(Asked, Retry(0));
        var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64];
        await stream.ReadExactlyAsync(buffer, _deadline.Token);
        Assert.StartsWith(Encoding.UTF8.GetString(buffer), Frames[0], StringComparison.Ordinal);
    }
}
