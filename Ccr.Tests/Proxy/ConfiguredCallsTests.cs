using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>What the configuration adds to calls: extra_body, model_settings and transformers, over every pair of dialects.</summary>
public sealed class ConfiguredCallsTests(WireFixture wire) : IClassFixture<WireFixture>
{
    public static TheoryData<Dialect, Dialect> Pairs => Wire.Pairs;

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Extra_body_is_merged_into_every_call(Dialect client, Dialect provider)
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(wire.Upstream.BaseAddress, "", """
            , "extra_body": { "added": { "a": 1 }, "seed": 7 }, "extra_headers": { "x-extra": "p", "User-Agent": "mine/1" },
            "model_settings": { "m": { "extra_body": { "added": { "b": 2 } }, "extra_headers": { "x-model": "m" } } }
            """));
        foreach (var stream in (bool[])[false, true])
        {
            wire.Upstream.Answer(stream ? ScriptedReply.Events(Wire.Frames(provider)) : ScriptedReply.Json(Wire.Whole(provider)));
            var answer = await WireAnswer.AskAsync(proxy, client, Wire.Provider(provider) + ",m", stream);
            Assert.True(answer.Status == 200, answer.Body);
            Assert.Equal(("Hello world", true), Wire.ReadText(client, answer.Body, stream));
            var seen = wire.Upstream.Single;
            Assert.Equal("""{"a":1,"b":2}""", seen.Json.GetProperty("added").GetRawText());
            Assert.Equal(7, seen.Json.GetProperty("seed").GetInt32());
            Assert.Equal(("p", "m", "mine/1"), (seen.Headers["x-extra"], seen.Headers["x-model"], seen.Headers["User-Agent"]));
            Assert.DoesNotContain(Wire.Provider(provider) + ",m", seen.Body, StringComparison.Ordinal);
            if (provider == Dialect.OpenAIChat && stream)
            {
                Assert.True(seen.Json.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
                Assert.True(client != Dialect.OpenAIChat || !answer.Body.Contains("\"usage\":{", StringComparison.Ordinal), answer.Body);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Transformers_act_on_every_pair(Dialect client, Dialect provider)
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(wire.Upstream.BaseAddress, "", """
            , "transformer": { "use": [ ["maxtoken", { "max_tokens": 50 }], ["customparams", { "custom": { "x": 1 } }], "extrathinktag" ] }
            """));
        foreach (var stream in (bool[])[false, true])
        {
            wire.Upstream.Answer(stream ? ScriptedReply.Events(Wire.Frames(provider, "<think>deep</th", "ink>Hello world")) : ScriptedReply.Json(Wire.Whole(provider, "<think>deep</think>Hello world")));
            var answer = await WireAnswer.AskAsync(proxy, client, Wire.Provider(provider) + ",m", stream);
            Assert.True(answer.Status == 200, answer.Body);
            var body = wire.Upstream.Single.Json;
            Assert.Equal(1, body.GetProperty("custom").GetProperty("x").GetInt32());
            var max = provider switch
            {
                Dialect.Gemini => body.GetProperty("generationConfig").GetProperty("maxOutputTokens"),
                Dialect.OpenAIResponses => body.GetProperty("max_output_tokens"),
                _ => body.GetProperty("max_tokens"),
            };
            Assert.Equal(50, max.GetInt32());
            Assert.DoesNotContain("think>", answer.Body, StringComparison.Ordinal);
            Assert.Contains("deep", answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task The_loss_report_is_a_header_when_asked_for(Dialect client, Dialect provider)
    {
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider)));
        var more = client == Dialect.Gemini ? ",\"größe\":1" : ",\"größe\":1,\"top_k\":3";
        var answer = await wire.AskAsync(client, provider, false, more, r => r.Headers.Add("x-ccr-loss", "1"));
        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal(client != provider, answer.Headers.TryGetValue("x-ccr-loss", out var loss));
        Assert.True(client == provider || loss!.Contains("gr??e dropped", StringComparison.Ordinal), loss);
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider)));
        Assert.False((await wire.AskAsync(client, provider, false, more)).Headers.ContainsKey("x-ccr-loss"));
    }

    [Theory]
    [InlineData(Dialect.Anthropic, ",\"stop_sequences\":[\"STOP\"]")]
    [InlineData(Dialect.OpenAIChat, ",\"stop\":[\"STOP\"]")]
    [InlineData(Dialect.Gemini, ",\"generationConfig\":{\"stopSequences\":[\"STOP\"]}")]
    public async Task A_stop_sequence_is_kept_for_a_provider_that_knows_none(Dialect client, string more)
    {
        foreach (var stream in (bool[])[false, true])
        {
            wire.Upstream.Answer(stream ? ScriptedReply.Events(Wire.Frames(Dialect.OpenAIResponses, "Hello world ST", "OP and more")) : ScriptedReply.Json(Wire.Whole(Dialect.OpenAIResponses, "Hello world STOP and more")));
            var answer = await wire.AskAsync(client, Dialect.OpenAIResponses, stream, more);
            Assert.Equal(200, answer.Status);
            Assert.Equal(("Hello world ", true), Wire.ReadText(client, answer.Body, stream));
            Assert.Contains(client switch
            {
                Dialect.Anthropic => "\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"STOP\"",
                Dialect.OpenAIChat => "\"finish_reason\":\"stop\"",
                _ => "\"finishReason\":\"STOP\"",
            }, answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Dialect.OpenAIChat, false)]
    [InlineData(Dialect.OpenAIChat, true)]
    [InlineData(Dialect.Gemini, false)]
    [InlineData(Dialect.OpenAIResponses, true)]
    [InlineData(Dialect.Anthropic, false)]
    public async Task Deepseek_gets_the_reasoning_back_that_the_client_lost(Dialect client, bool stream)
    {
        // A Chat client's own bytes pass through; the transformer makes the router look after them.
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(wire.Upstream.BaseAddress, "", """, "transformer": { "use": ["deepseek"] }""", "deepseek-chat"));
        wire.Upstream.Answer(ScriptedReply.Json(ToolCalls.Answer(Dialect.OpenAIChat, [("look", "{}")], ",\"reasoning_content\":\"I must look.\"")));
        var first = await WireAnswer.AskAsync(proxy, client, "pc,deepseek-chat", stream, Replay.Tools(client));
        Assert.True(first.Status == 200, first.Body);
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        var second = await WireAnswer.SendAsync(proxy, Wire.Path(client, "pc,deepseek-chat", false), Replay.SecondTurn(client, "pc,deepseek-chat", first.Body));
        Assert.True(second.Status == 200, second.Body);
        var turn = wire.Upstream.Single.Json.GetProperty("messages").EnumerateArray().Single(m => m.GetProperty("role").GetString() == "assistant");
        Assert.Equal("I must look.", turn.GetProperty("reasoning_content").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gemini_gets_the_signature_back_that_a_chat_client_lost(bool stream)
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(wire.Upstream.BaseAddress, "", "", "gemini-3-pro"));
        var answer = ToolCalls.Answer(Dialect.Gemini, [("look", "{}")], ",\"thoughtSignature\":\"c2lnbmVk\"");
        wire.Upstream.Answer(ScriptedReply.Json(answer));
        var first = await WireAnswer.AskAsync(proxy, Dialect.OpenAIChat, "pg,gemini-3-pro", stream, Replay.Tools(Dialect.OpenAIChat));
        Assert.True(first.Status == 200, first.Body);
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Gemini)));
        var second = await WireAnswer.SendAsync(proxy, "/v1/chat/completions", Replay.SecondTurn(Dialect.OpenAIChat, "pg,gemini-3-pro", first.Body));
        Assert.True(second.Status == 200, second.Body);
        var part = wire.Upstream.Single.Json.GetProperty("contents").EnumerateArray().SelectMany(c => c.GetProperty("parts").EnumerateArray()).Single(p => p.TryGetProperty("functionCall", out _));
        Assert.Equal("c2lnbmVk", part.GetProperty("thoughtSignature").GetString());
    }
}
