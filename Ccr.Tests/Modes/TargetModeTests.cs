using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Modes;

/// <summary>Mode target, and how the mode is shown and set.</summary>
public sealed class TargetModeTests
{
    public static TheoryData<Dialect> Dialects => Wire.Dialects;

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Everything_goes_to_the_target_with_its_model_whatever_the_client_or_a_preset_names(Dialect dialect)
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"target\", \"temperature\": 0.5, \"max_tokens\": 77", top: "\"Presets\": { \"p\": { \"route\": \"main,main-model\" } },");
        foreach (var preset in (string[])["", "/preset/p"])
        {
            bed.Other.Answer(ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
            var (status, body) = await bed.AskAsync(preset + Wire.Path(dialect, "main,main-model", false), Wire.Body(dialect, "main,main-model", false));
            Assert.True(status == 200, body);
            var sent = bed.Other.Single.Json;
            Assert.Equal("other-model", sent.GetProperty("model").GetString());
            Assert.Equal(0.5, sent.GetProperty("temperature").GetDouble());
            var limit = sent.TryGetProperty("max_tokens", out var tokens) ? tokens : sent.GetProperty("max_completion_tokens");
            Assert.Equal(dialect == Dialect.Anthropic ? 100 : 77, limit.GetInt32());
        }

        Assert.Empty(bed.Main.Requests);
        var (_, requests) = await bed.GetAsync("/api/requests");
        Assert.Equal("mode:target", requests.GetProperty("requests")[0].GetProperty("scenario").GetString());
    }

    [Fact]
    public async Task A_target_that_fails_has_no_other_behind_it()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"target\"", "\"default\": \"main,main-model\", \"longContext\": \"main,main-model\"", "\"fallback\": { \"default\": [\"main,main-model\"] },");
        foreach (var refusal in (ScriptedReply[])
                 [
                     ScriptedReply.Json("""{"error":{"message":"no capacity","type":"server_error"}}""", 503),
                     ScriptedReply.Json("""{"error":{"message":"This model's maximum context length is 10 tokens. However, you requested 20 tokens","code":"context_length_exceeded"}}""", 400),
                 ])
        {
            bed.Other.Answer(refusal);
            var (status, body) = await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false));
            Assert.True(status >= 400, body);
            Assert.NotEmpty(bed.Other.Requests);
            Assert.Empty(bed.Main.Requests);
        }
    }

    [Fact]
    public async Task The_mode_is_changed_at_runtime()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"route\"");
        Assert.Equal("route", (await bed.GetAsync("/api/mode")).Json.GetProperty("mode").GetString());
        bed.Main.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        bed.Other.Answer(ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false));
        Assert.Empty(bed.Other.Requests);

        Assert.Equal((200, "{\"mode\":\"target\"}"), await bed.PutAsync("/api/mode", "{\"mode\":\"target\"}"));
        await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false));
        Assert.Single(bed.Other.Requests);

        Assert.Equal(200, (await bed.PutAsync("/api/mode", "{\"mode\":\"route\"}")).Status);
        await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false));
        Assert.Equal(2, bed.Main.Requests.Count);
    }

    [Theory]
    [InlineData("/api/mode", "{\"mode\":\"shadow\"}", 400, "route, target, compare, anthropic-only")]
    [InlineData("/api/mode", "{\"mode\":5}", 400, "route, target, compare, anthropic-only")]
    [InlineData("/api/mode", "{}", 400, "route, target, compare, anthropic-only")]
    [InlineData("/api/mode", "[", 400, "route, target, compare, anthropic-only")]
    [InlineData("/api/mode", "{\"mode\":\"anthropic-only\"}", 403, "--allow-anthropic-only")]
    [InlineData("/api/tracing", "{\"enabled\":\"yes\"}", 400, "enabled")]
    [InlineData("/api/tracing", "", 400, "enabled")]
    public async Task A_wrong_setting_is_refused_with_what_would_be_right(string path, string body, int status, string message)
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"route\"");
        var answer = await bed.PutAsync(path, body);
        Assert.Equal(status, answer.Status);
        Assert.Contains(message, JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Equal("route", (await bed.GetAsync("/api/mode")).Json.GetProperty("mode").GetString());
    }

    [Fact]
    public async Task Without_a_target_its_modes_are_refused_and_the_setting_is_named()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var proxy = await RunningProxy.StartAsync(RunningProxy.Config(upstream.BaseAddress, "\"default\": \"native,sim-text\""));
        foreach (var mode in (string[])["target", "compare"])
        {
            using var response = await proxy.Client.PutAsync("/api/mode", new StringContent($"{{\"mode\":\"{mode}\"}}"));
            Assert.Equal(400, (int)response.StatusCode);
            Assert.Contains("Mode.target", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_command_line_names_a_target_that_speaks_Messages()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"route\"", change: (options, other) => options with { TargetUrl = other, TargetModel = "local-model" });
        Assert.Equal("target", (await bed.GetAsync("/api/mode")).Json.GetProperty("mode").GetString());
        bed.Other.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        var (status, _) = await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "claude-opus-4-5", false), ("x-api-key", "clients-own-key"), ("Authorization", "Bearer clients-own-key"));
        Assert.Equal(200, status);
        Assert.Equal("/v1/messages", bed.Other.Single.Target);
        Assert.Equal("local-model", bed.Other.Single.Json.GetProperty("model").GetString());
        Assert.DoesNotContain(bed.Other.Single.Headers, h => h.Value.Contains("clients-own-key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stats_count_requests_tokens_and_tool_calls_streamed_or_not_and_translated_or_not()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"route\"");
        const string Block = """{"type":"tool_use","id":"toolu_1","name":"read","input":{}}""";
        bed.Main.Answer(
            ScriptedReply.Json(Wire.Whole(Dialect.Anthropic).Replace("\"content\":[", $"\"content\":[{Block},", StringComparison.Ordinal)),
            ScriptedReply.Events([
                Wire.Frames(Dialect.Anthropic)[0],
                $"event: content_block_start\ndata: {{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{Block}}}\n\n",
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n\n",
                .. Wire.Frames(Dialect.Anthropic)[^2..]]),
            ScriptedReply.Json(Wire.Whole(Dialect.Anthropic).Replace("\"content\":[", $"\"content\":[{Block},{Block.Replace("toolu_1", "toolu_2", StringComparison.Ordinal)},", StringComparison.Ordinal)));
        await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false));
        await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", true), ("User-Agent", "claude-cli/2.0.0 (external, cli)"));
        await bed.AskAsync("/v1/chat/completions", Wire.Body(Dialect.OpenAIChat, "x", false));
        using var stats = await bed.Proxy.Client.GetAsync("/api/stats");
        Assert.Equal("{\"total_requests\":3,\"input_tokens\":30,\"output_tokens\":15,\"tool_calls\":4}", await stats.Content.ReadAsStringAsync());
    }
}
