using System.Net;
using System.Net.Sockets;
using System.Text;
using Ccr.ProxyService.Usage;
using Ccr.Tests.AppModel;
using Ccr.Tests.Proxy;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Telemetry;

public sealed class StreamMetricsTests : IAsyncLifetime
{
    private const string Start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m1\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":11,\"output_tokens\":1}}}\n\n"
        + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";

    private const string End = "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
        + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}\n\n"
        + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    private ScriptedUpstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = await ScriptedUpstream.StartAsync();

    public Task DisposeAsync() => _upstream.DisposeAsync().AsTask();

    [Fact]
    public async Task A_client_that_reads_too_slowly_is_seen_and_one_that_reads_is_not()
    {
        await using var proxy = await StartAsync("");
        var recorder = proxy.Services.GetRequiredService<UsageRecorder>();
        _upstream.Answer(ScriptedReply.Events(Start, Delta(10), End));
        using (var quick = await proxy.PostAsync(Body("prov,m1")))
        {
            await quick.Content.ReadAsStringAsync();
        }

        Assert.Equal(0, recorder.Backpressure.Value);

        // More than the buffers of both ends hold, and nobody reads.
        _upstream.Answer(ScriptedReply.Events([Start, .. Enumerable.Repeat(Delta(64 * 1024), 400), End]));
        using var client = new TcpClient { ReceiveBufferSize = 8192 };
        await client.ConnectAsync(IPAddress.Loopback, proxy.BaseAddress.Port);
        var body = Body("prov,m1");
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        await ProgramRun.EventuallyAsync(() => recorder.Backpressure.Value > 0, () => "no write waited");
    }

    [Fact]
    public async Task A_stream_that_a_limit_refuses_is_counted_and_another_failure_is_not()
    {
        await using var proxy = await StartAsync(""", "limits": { "requests_per_minute": 1 } """);
        var recorder = proxy.Services.GetRequiredService<UsageRecorder>();
        _upstream.Answer(ScriptedReply.Json("""{"type":"error","error":{"type":"invalid_request_error","message":"no"}}""", 400));
        using (var failed = await proxy.PostAsync(Body("prov,m1")))
        {
            Assert.Equal(HttpStatusCode.BadRequest, failed.StatusCode);
        }

        Assert.Equal(0, recorder.RejectedStreams.Value);
        using var refused = await proxy.PostAsync(Body("prov,m1"));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(1, recorder.RejectedStreams.Value);
        using var whole = await proxy.PostAsync(Body("prov,m1").Replace("\"stream\":true,", "", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.TooManyRequests, whole.StatusCode);
        Assert.Equal(1, recorder.RejectedStreams.Value);
    }

    [Fact]
    public async Task A_model_that_only_a_client_named_is_in_no_label()
    {
        await using var proxy = await StartAsync("");
        _upstream.Answer(ScriptedReply.Events(Start, Delta(10), End));
        foreach (var model in new[] { "prov,what-a-user-wrote", "prov,m1[1m]", "prov,m1:any-word", "prov,m1" })
        {
            using var answer = await proxy.PostAsync(Body(model));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await answer.Content.ReadAsStringAsync();
        }

        // The account of a request is made after its last byte.
        await ProgramRun.EventuallyAsync(() => proxy.Services.GetRequiredService<UsageRecorder>().ActiveRequests.Value == 0, () => "a request does not end");
        var page = await proxy.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.DoesNotContain("what-a-user-wrote", page, StringComparison.Ordinal);
        Assert.DoesNotContain("any-word", page, StringComparison.Ordinal);
        Assert.Contains("ccr_requests_total{tier=\"prov,other\"} 2\n", page, StringComparison.Ordinal);
        Assert.Contains("ccr_requests_total{tier=\"prov,m1\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("ccr_requests_total{tier=\"prov,m1[1m]\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("gen_ai_server_request_duration_seconds_count{gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"prov\",gen_ai_request_model=\"other\",gen_ai_response_model=\"other\"} 2\n", page, StringComparison.Ordinal);
    }

    private static string Delta(int length) => $"event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\"{new string('x', length)}\"}}}}\n\n";

    private static string Body(string model) => $$"""{"model":"{{model}}","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"hello"}]}""";

    private Task<RunningProxy> StartAsync(string more) => RunningProxy.StartAsync($$"""
        {
          "LOG": false,
          "Providers": [
            { "name": "prov", "api_base_url": "{{_upstream.BaseAddress}}v1/messages", "api_key": "k", "models": ["m1"], "transformer": { "use": ["Anthropic"] }{{more}} }
          ],
          "Router": { "tierRetries": { "*": { "max_retries": 0 } }, "default": "prov,m1" }
        }
        """);
}
