using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

public sealed class FaultTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    public static TheoryData<string> Dialects => ["messages", "chat", "responses", "gemini"];

    [Theory]
    [InlineData("messages", 429, "rate_limit_error")]
    [InlineData("messages", 529, "overloaded_error")]
    [InlineData("messages", 401, "authentication_error")]
    [InlineData("chat", 429, "rate_limit_exceeded")]
    [InlineData("chat", 503, "server_error")]
    [InlineData("responses", 429, "rate_limit_exceeded")]
    [InlineData("responses", 500, "server_error")]
    public async Task A_status_comes_with_the_dialects_error_and_headers(string dialect, int status, string word)
    {
        using var response = await client.PostAsync(Request(dialect, $"sim-status={status};retry-after=2;header=x-should-retry:false"));
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("2", Assert.Single(response.Headers.GetValues("retry-after")));
        Assert.Equal("false", Assert.Single(response.Headers.GetValues("x-should-retry")));
        Assert.Equal(word, (string)(error["code"] ?? error["type"])!);
    }

    [Fact]
    public async Task An_errors_message_and_code_can_be_chosen()
    {
        var messages = await client.PostForJsonAsync(SimulatorClient.Messages("m"), "status=400;message=prompt is too long: 210000 tokens > 200000 maximum");
        var chat = await client.PostForJsonAsync(SimulatorClient.Chat("m"), "status=400;code=context_length_exceeded");

        Assert.Equal("prompt is too long: 210000 tokens > 200000 maximum", (string)messages["error"]!["message"]!);
        Assert.Equal("context_length_exceeded", (string)chat["error"]!["code"]!);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_cut_comes_right_after_the_event_that_it_names(string dialect)
    {
        for (var events = 1; events <= 4; events++)
        {
            using var response = await client.PostAsync(Request(dialect, $"sim-text+bytes=8+cut={events}"));

            var (seen, broken) = await SimulatorClient.EventsUntilBrokenAsync(response);

            Assert.Equal(events, seen.Count);
            Assert.NotNull(broken);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task An_early_end_of_file_is_in_order_and_too_short(string dialect)
    {
        Assert.Equal(3, (await client.PostForEventsAsync(Request(dialect, "sim-text+bytes=8+eof=3"))).Count);
        Assert.Empty(await client.PostForEventsAsync(Request(dialect, "sim-text+eof=0")));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_stall_sends_its_events_and_then_nothing_until_the_caller_leaves(string dialect)
    {
        var model = $"sim-text+stall=2+bytes={dialect.Length + 9}"; // Counts go by the model: each dialect has one of its own.
        using (var response = await client.PostAsync(Request(dialect, model)))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            var text = new StringBuilder();
            var buffer = new byte[4096];
            while (text.ToString().Split("\n\n").Length < 3)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, await body.ReadAsync(buffer)));
            }

            Assert.EndsWith("\n\n", text.ToString(), StringComparison.Ordinal);
            Assert.Equal(1, client.Simulator.Counts(model).Active);
        }

        var counts = await WhenAsync(model, c => c.Cancelled == 1);
        Assert.Equal(0, counts.Active);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task The_malformed_event_is_the_one_that_was_named(string dialect)
    {
        var events = await client.PostForEventsAsync(Request(dialect, "sim-text+bytes=8+malformed=2"));

        Assert.True(events.Count > 3);
        Assert.ThrowsAny<JsonException>(() => Parse(events[1].Data));
        Assert.All(events.Where((_, i) => i != 1 && !(dialect == "chat" && i == events.Count - 1)), e => Parse(e.Data));
    }

    [Fact]
    public async Task Without_terminator_nothing_says_that_the_answer_is_complete()
    {
        var messages = await client.PostForEventsAsync(SimulatorClient.Messages("sim-text+no-terminator"));
        var chat = await client.PostForEventsAsync(SimulatorClient.Chat("sim-text+no-terminator"));

        var responses = await client.PostForEventsAsync(SimulatorClient.Responses("sim-text+no-terminator"));
        var gemini = await client.PostForEventsAsync(SimulatorClient.Gemini("sim-text+no-terminator"));

        Assert.Equal("response.output_item.done", responses[^1].EventType);
        Assert.All(gemini, e => Assert.DoesNotContain("finishReason", e.Data, StringComparison.Ordinal));
        Assert.Equal("content_block_stop", messages[^1].EventType);
        Assert.All(chat, e => Assert.Contains("\"finish_reason\":null", e.Data, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_done_only_the_last_event_is_missing()
    {
        var messages = await client.PostForEventsAsync(SimulatorClient.Messages("sim-text+no-done"));
        var chat = await client.PostForEventsAsync(SimulatorClient.Chat("sim-text+no-done"));

        Assert.Equal("message_delta", messages[^1].EventType);
        Assert.Contains("prompt_tokens", chat[^1].Data, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task An_error_in_a_200_is_JSON(string dialect)
    {
        using var response = await client.PostAsync(Request(dialect, "sim-error-in-200"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]);
    }

    [Theory]
    [InlineData("messages", "error")]
    [InlineData("chat", "message")]
    [InlineData("gemini", "message")]
    public async Task An_error_event_ends_the_stream(string dialect, string eventType)
    {
        var events = await client.PostForEventsAsync(Request(dialect, "sim-text+bytes=8+error-event=3"));

        Assert.Equal(4, events.Count);
        Assert.Equal(eventType, events[^1].EventType);
        Assert.NotNull(JsonNode.Parse(events[^1].Data)!["error"]!["message"]);
    }

    [Fact]
    public async Task A_response_that_was_created_fails_under_its_own_id_and_one_that_was_not_is_a_bare_error()
    {
        var failed = await client.PostForEventsAsync(SimulatorClient.Responses("sim-text+error-event=5+code=insufficient_quota"));
        var bare = Assert.Single(await client.PostForEventsAsync(SimulatorClient.Responses("sim-text+error-event=0+message=no luck")));

        var response = JsonNode.Parse(failed[^1].Data)!;
        Assert.Equal("response.failed", failed[^1].EventType);
        Assert.Equal(5, (int)response["sequence_number"]!);
        Assert.Equal((string)JsonNode.Parse(failed[0].Data)!["response"]!["id"]!, (string)response["response"]!["id"]!);
        Assert.Equal("failed", (string)response["response"]!["status"]!);
        Assert.Equal("insufficient_quota", (string)response["response"]!["error"]!["code"]!);
        Assert.Equal("error", bare.EventType);
        Assert.Equal("no luck", (string)JsonNode.Parse(bare.Data)!["message"]!);
    }

    [Theory]
    [InlineData(429, 429, "RESOURCE_EXHAUSTED")]
    [InlineData(401, 401, "UNAUTHENTICATED")]
    [InlineData(529, 503, "UNAVAILABLE")]
    [InlineData(500, 500, "INTERNAL")]
    public async Task Gemini_tells_how_long_to_wait_in_the_body(int status, int code, string word)
    {
        using var response = await client.PostAsync(SimulatorClient.Gemini($"sim-status={status};retry-after=34;header=x-more:1"));
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;

        Assert.Equal(status, (int)response.StatusCode);
        Assert.False(response.Headers.Contains("retry-after"));
        Assert.True(response.Headers.Contains("x-more"));
        Assert.Equal(code, (int)error["code"]!);
        Assert.Equal(word, (string)error["status"]!);
        Assert.Equal("34s", (string)error["details"]![0]!["retryDelay"]!);
    }

    [Theory]
    [InlineData("sim-html", 200, "<!DOCTYPE html>")]
    [InlineData("sim-html+status=502", 502, "<!DOCTYPE html>")]
    [InlineData("sim-empty", 200, "")]
    [InlineData("sim-empty+status=503", 503, "")]
    public async Task A_gateways_answer_has_its_status_and_no_JSON(string model, int status, string begin)
    {
        using var response = await client.PostAsync(SimulatorClient.Messages(model));
        var body = await response.Content.ReadAsStringAsync();

        Assert.Equal(status, (int)response.StatusCode);
        Assert.StartsWith(begin, body, StringComparison.Ordinal);
        Assert.Equal(begin.Length == 0, body.Length == 0);
    }

    [Fact]
    public async Task A_reset_comes_before_any_header()
    {
        var broken = await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync(SimulatorClient.Messages("sim-reset")));

        Assert.Contains(broken.HttpRequestError, (HttpRequestError[])[HttpRequestError.ResponseEnded, HttpRequestError.Unknown]);
    }

    [Fact]
    public async Task A_hang_ends_when_the_caller_leaves()
    {
        using var leave = new CancellationTokenSource();
        var asked = client.PostAsync(SimulatorClient.Chat("sim-hang"), cancel: leave.Token);
        await WhenAsync("sim-hang", c => c.Active == 1);

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await WhenAsync("sim-hang", c => c.Cancelled == 1);
    }

    [Theory]
    [InlineData("cut=1")]
    [InlineData("stall=1")]
    [InlineData("eof=1")]
    [InlineData("malformed=1")]
    [InlineData("no-terminator")]
    public async Task A_fault_of_the_stream_breaks_a_document_in_the_middle(string word)
    {
        using var response = await client.PostAsync(SimulatorClient.Messages($"sim-text+{word}", stream: false));
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[65536];
        var length = 0;
        try
        {
            for (var read = 1; read > 0 && !(word == "stall=1" && length > 0);)
            {
                read = await body.ReadAsync(buffer.AsMemory(length));
                length += read;
            }
        }
        catch (IOException) when (word == "cut=1")
        {
            // The cut itself.
        }

        Assert.True(length > 10);
        Assert.ThrowsAny<JsonException>(() => Parse(Encoding.UTF8.GetString(buffer, 0, length)));
    }

    [Fact]
    public async Task Once_hits_the_first_request_of_a_key_only()
    {
        var statuses = new List<int>();
        foreach (var key in (string[])["a", "a", "b", "a", "b"])
        {
            using var response = await client.PostAsync(SimulatorClient.Messages("sim-status=500+once", stream: false), key: key);
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([500, 200, 500, 200, 200], statuses);
    }

    [Fact]
    public async Task Without_a_key_the_content_is_the_key()
    {
        var statuses = new List<int>();
        foreach (var prompt in (string[])["one", "one", "one", "two"])
        {
            using var response = await client.PostAsync(SimulatorClient.Chat("sim-status=500+times=2", stream: false, prompt));
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([500, 500, 200, 500], statuses);
    }

    private static JsonObject Request(string dialect, string model) => SimulatorClient.Request(dialect, model);

    private static void Parse(string json) => JsonDocument.Parse(json).Dispose();

    private async Task<Ccr.Simulator.Recording.ModelCounts> WhenAsync(string model, Func<Ccr.Simulator.Recording.ModelCounts, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await client.Simulator.WhenCountsAsync(model, wanted, limit.Token);
    }
}
