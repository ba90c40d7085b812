using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>A provider that speaks the client's dialect gets the client's bytes, and the client the provider's.</summary>
public sealed class PassThroughTests(WireFixture wire) : IClassFixture<WireFixture>
{
    private const string Odd = ""","future_field" : {"z":[1e3,1.0,12345678901234567890, -0.0],"a":"gr\u00f6ße \/ \ud83d\ude00"},   "another":null""";

    public static TheoryData<Dialect> Dialects => Wire.Dialects;

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task The_request_keeps_its_bytes_but_for_the_model(Dialect dialect)
    {
        var model = Wire.Provider(dialect) + ",m";
        foreach (var stream in (bool[])[false, true])
        {
            var body = Wire.Body(dialect, model, stream, Odd + (dialect == Dialect.OpenAIChat && stream ? ",\"stream_options\":{\"include_usage\":true}" : ""));
            wire.Upstream.Answer(stream ? ScriptedReply.Events(Wire.Frames(dialect)) : ScriptedReply.Json(Wire.Whole(dialect)));
            var answer = await WireAnswer.SendAsync(wire.Proxy, Wire.Path(dialect, model, stream), body);
            Assert.Equal(200, answer.Status);
            Assert.Equal(body.Replace($"\"model\":\"{model}\"", "\"model\":\"m\"", StringComparison.Ordinal), wire.Upstream.Single.Body);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task P071_P072_P190_headers_and_query_go_along_but_no_key_of_the_client_and_exactly_one_of_ours(Dialect dialect)
    {
        var model = Wire.Provider(dialect) + ",m";
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(dialect)));
        var answer = await WireAnswer.SendAsync(wire.Proxy, Wire.Path(dialect, model, false) + "?beta=true&key=clients-own-key&x=%20a%2Fb", Wire.Body(dialect, model, false), r =>
        {
            foreach (var (name, value) in ((string, string)[])
                     [
                         ("anthropic-beta", "one-2026,two-2026"), ("openai-organization", "org-1"), ("x-custom", "kept"), ("User-Agent", "client/1.0"), ("Accept", "application/json"),
                         ("Authorization", "Bearer clients-own-key"), ("x-api-key", "clients-own-key"), ("x-goog-api-key", "clients-own-key"), ("api-key", "clients-own-key"),
                         ("Cookie", "session=clients-own-key"), ("x-ccr-loss", "1"), ("X-Forwarded-For", "10.0.0.1"), ("Accept-Encoding", "gzip"),
                     ])
            {
                r.Headers.TryAddWithoutValidation(name, value);
            }
        });
        Assert.Equal(200, answer.Status);
        var seen = wire.Upstream.Single;
        Assert.EndsWith("?beta=true&x=%20a%2Fb", seen.Target, StringComparison.Ordinal);
        Assert.Equal("one-2026,two-2026", seen.Headers["anthropic-beta"]);
        Assert.Equal("org-1", seen.Headers["openai-organization"]);
        Assert.Equal("kept", seen.Headers["x-custom"]);
        Assert.Equal("client/1.0", seen.Headers["user-agent"]);
        Assert.DoesNotContain(seen.Headers, h => h.Value.Contains("clients-own-key", StringComparison.Ordinal) || h.Key.StartsWith("x-ccr", StringComparison.OrdinalIgnoreCase));
        Assert.False(seen.Headers.ContainsKey("x-forwarded-for"));
        Assert.False(seen.Headers.ContainsKey("accept-encoding"));
        Assert.Equal(1, seen.Headers.Count(h => h.Value.Contains(Wire.ProviderKey, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task No_key_of_the_client_reaches_a_provider_of_another_dialect(Dialect client)
    {
        foreach (var provider in Wire.All)
        {
            wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider)));
            var model = Wire.Provider(provider) + ",m";
            await WireAnswer.SendAsync(wire.Proxy, Wire.Path(client, model, false) + "?key=clients-own-key", Wire.Body(client, model, false), r =>
            {
                r.Headers.TryAddWithoutValidation("Authorization", "Bearer clients-own-key");
                r.Headers.TryAddWithoutValidation("x-api-key", "clients-own-key");
                r.Headers.TryAddWithoutValidation("x-goog-api-key", "clients-own-key");
            });
            var seen = wire.Upstream.Single;
            Assert.DoesNotContain("clients-own-key", seen.Target + seen.Body + string.Concat(seen.Headers.Values), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task The_answer_is_the_providers_to_the_byte(Dialect dialect)
    {
        var whole = " \n" + Wire.Whole(dialect)[..^1] + " , \"future\" : {\"n\":1.0,\"e\":\"\\u00e9\\/\"} }\n";
        wire.Upstream.Answer(ScriptedReply.Json(whole).With("x-provider", "1").With("x-ratelimit-remaining-requests", "9"));
        var answer = await wire.AskAsync(dialect, dialect, false);
        Assert.Equal(whole, answer.Body);
        Assert.Equal("1", answer.Headers["x-provider"]);

        var frames = Wire.Frames(dialect);
        string[][] streams =
        [
            [": hello\n\n", .. frames, "\n"],
            [.. frames.Select(f => f.Replace("\n", "\r\n", StringComparison.Ordinal))],
            [": ping\n: pong\n\n\n\n" + string.Concat(frames)],
            [.. frames.Select(f => f.Replace("data: ", "data:", StringComparison.Ordinal))],
        ];
        foreach (var stream in streams)
        {
            wire.Upstream.Answer(ScriptedReply.Events(stream));
            var streamed = await wire.AskAsync(dialect, dialect, true, dialect == Dialect.OpenAIChat ? ",\"stream_options\":{\"include_usage\":true}" : "");
            Assert.Equal(string.Concat(stream), streamed.Body);
            Assert.Equal("text/event-stream", streamed.ContentType);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_stream_cut_into_single_bytes_is_the_same(Dialect dialect)
    {
        var text = string.Concat(Wire.Frames(dialect));
        wire.Upstream.Answer(ScriptedReply.Events([.. text.Select(c => c.ToString())]));
        var answer = await wire.AskAsync(dialect, dialect, true, dialect == Dialect.OpenAIChat ? ",\"stream_options\":{\"include_usage\":true}" : "");
        Assert.Equal(text, answer.Body);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task The_usage_is_counted(Dialect dialect)
    {
        foreach (var stream in (bool[])[false, true])
        {
            wire.Upstream.Answer(stream ? ScriptedReply.Events(Wire.Frames(dialect)) : ScriptedReply.Json(Wire.Whole(dialect)));
            var answer = await wire.AskAsync(dialect, dialect, stream);
            var record = await RecordAsync(answer.Headers["x-ccr-request-id"]);
            Assert.Equal(10, record.GetProperty("inputTokens").GetInt64());
            Assert.Equal(5, record.GetProperty("outputTokens").GetInt64());
            Assert.Equal("end_turn", record.GetProperty("stopReason").GetString());
            Assert.Equal(stream, record.GetProperty("streaming").GetBoolean());
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task A_chat_stream_is_counted_without_showing_what_was_not_asked_for(string newline)
    {
        var frames = Wire.Frames(Dialect.OpenAIChat).Select(f => f.Replace("\n", newline, StringComparison.Ordinal)).ToArray();
        var usage = frames[^2];
        foreach (var writes in (string[][])[frames, [string.Concat(frames)]])
        {
            wire.Upstream.Answer(ScriptedReply.Events(writes));
            var answer = await wire.AskAsync(Dialect.OpenAIChat, Dialect.OpenAIChat, true);
            Assert.True(wire.Upstream.Single.Json.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
            Assert.Equal(string.Concat(frames).Replace(usage, "", StringComparison.Ordinal), answer.Body);
            Assert.Equal(10, (await RecordAsync(answer.Headers["x-ccr-request-id"])).GetProperty("inputTokens").GetInt64());
        }
    }

    [Fact]
    public async Task A_chat_stream_that_asks_for_its_usage_gets_it()
    {
        wire.Upstream.Answer(ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat)));
        var answer = await wire.AskAsync(Dialect.OpenAIChat, Dialect.OpenAIChat, true, ",\"stream_options\":{\"include_usage\":true}");
        Assert.Equal(string.Concat(Wire.Frames(Dialect.OpenAIChat)), answer.Body);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_providers_own_error_object_goes_through_with_its_headers(Dialect dialect)
    {
        var error = Wire.Error(dialect, 400, "tools.3.name: bad").Replace("{\"", "{ \"", StringComparison.Ordinal);
        wire.Upstream.Answer(ScriptedReply.Json(error, 400).With("x-provider", "1").With("x-should-retry", "false"));
        var answer = await wire.AskAsync(dialect, dialect, true);
        Assert.Equal(400, answer.Status);
        Assert.Equal(error, answer.Body);
        Assert.Equal("1", answer.Headers["x-provider"]);
        Assert.Equal("false", answer.Headers["x-should-retry"]);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Names_that_headers_cannot_hold_do_no_harm(Dialect dialect)
    {
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(dialect)));
        var model = Wire.Provider(dialect) + ",größe";
        var answer = await WireAnswer.SendAsync(wire.Proxy, Wire.Path(dialect, model, false), Wire.Body(dialect, model, false));
        Assert.True(answer.Status == 200, answer.Body);
    }

    private async Task<JsonElement> RecordAsync(string id)
    {
        // The record is made after the last byte has left; an answer of known length can overtake it.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var records = JsonDocument.Parse(await wire.Proxy.Client.GetStringAsync("/api/requests?limit=20", limit.Token)).RootElement.GetProperty("requests");
            foreach (var record in records.EnumerateArray())
            {
                if (record.GetProperty("id").GetString() == id)
                {
                    return record;
                }
            }
        }
    }
}
