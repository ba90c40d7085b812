using System.Net;
using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>Responses that are kept, over providers of every dialect.</summary>
public sealed class StoredResponsesTests(WireFixture wire) : IClassFixture<WireFixture>
{
    public static TheoryData<Dialect> Dialects => Wire.Dialects;

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_second_turn_holds_the_first(Dialect provider)
    {
        foreach (var stream in (bool[])[false, true])
        {
            var id = await FirstAsync(provider, stream);
            wire.Upstream.Answer(stream ? ScriptedReply.Events(Wire.Frames(provider)) : ScriptedReply.Json(Wire.Whole(provider)));
            var second = await AskAsync($$"""{"model":"{{Wire.Provider(provider)}},m","stream":{{(stream ? "true" : "false")}},"input":"and then?","previous_response_id":"{{id}}"}""");
            Assert.Equal(200, second.Status);
            var asked = wire.Upstream.Single.Body;
            var (first, answer, then) = (asked.IndexOf("first question", StringComparison.Ordinal), asked.IndexOf("Hello world", StringComparison.Ordinal), asked.IndexOf("and then?", StringComparison.Ordinal));
            Assert.True(first > 0 && answer > first && then > answer, asked);
            Assert.DoesNotContain("previous_response_id", asked, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_third_turn_holds_both(Dialect provider)
    {
        var id = await FirstAsync(provider, false);
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider, "Second answer").Replace("resp_1", "resp_2", StringComparison.Ordinal)));
        var second = await AskAsync($$"""{"model":"{{Wire.Provider(provider)}},m","input":[{"role":"user","content":"second question"}],"previous_response_id":"{{id}}"}""");
        var next = JsonDocument.Parse(second.Body).RootElement.GetProperty("id").GetString();
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider)));
        await AskAsync($$"""{"model":"{{Wire.Provider(provider)}},m","input":"third question","previous_response_id":"{{next}}"}""");
        var asked = wire.Upstream.Single.Body;
        var at = ((string[])["first question", "Hello world", "second question", "Second answer", "third question"]).Select(t => asked.IndexOf(t, StringComparison.Ordinal)).ToArray();
        Assert.Equal(at.Order(), at);
        Assert.True(at[0] > 0, asked);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_stored_response_can_be_looked_at_and_deleted(Dialect provider)
    {
        var id = await FirstAsync(provider, true);
        var shown = JsonDocument.Parse(await wire.Proxy.Client.GetStringAsync($"/v1/responses/{id}")).RootElement;
        Assert.Equal(id, shown.GetProperty("id").GetString());
        Assert.Equal("completed", shown.GetProperty("status").GetString());
        Assert.Equal(("Hello world", true), Wire.ReadText(Dialect.OpenAIResponses, shown.GetRawText(), false));

        var items = JsonDocument.Parse(await wire.Proxy.Client.GetStringAsync($"/v1/responses/{id}/input_items?limit=20")).RootElement;
        Assert.Equal("list", items.GetProperty("object").GetString());
        Assert.Contains("first question", items.GetProperty("data")[0].GetRawText(), StringComparison.Ordinal);

        var deleted = await WireAnswer.ReadAsync(await wire.Proxy.Client.DeleteAsync($"/v1/responses/{id}"));
        Assert.Equal($$"""{"id":"{{id}}","object":"response","deleted":true}""", deleted.Body);
        foreach (var path in (string[])[$"/v1/responses/{id}", $"/v1/responses/{id}/input_items"])
        {
            var gone = await WireAnswer.ReadAsync(await wire.Proxy.Client.GetAsync(path));
            Assert.Equal(404, gone.Status);
            Wire.ReadError(Dialect.OpenAIResponses, gone.Body);
        }

        Assert.Equal(404, (await WireAnswer.ReadAsync(await wire.Proxy.Client.DeleteAsync($"/v1/responses/{id}"))).Status);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Store_false_keeps_nothing(Dialect provider)
    {
        // A provider's own id passes through, and other tests got the same.
        (await wire.Proxy.Client.DeleteAsync("/v1/responses/resp_1")).Dispose();
        var id = await FirstAsync(provider, false, ",\"store\":false");
        Assert.Equal(HttpStatusCode.NotFound, (await wire.Proxy.Client.GetAsync($"/v1/responses/{id}")).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task An_id_that_nobody_knows_is_told_with_openais_code(Dialect provider)
    {
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider)));
        var answer = await AskAsync($$"""{"model":"{{Wire.Provider(provider)}},m","stream":true,"input":"x","previous_response_id":"resp_nobody"}""");
        if (provider == Dialect.OpenAIResponses)
        {
            // It may know.
            Assert.Contains("\"previous_response_id\":\"resp_nobody\"", wire.Upstream.Single.Body, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(400, answer.Status);
        var error = Wire.ReadError(Dialect.OpenAIResponses, answer.Body);
        Assert.Equal(("invalid_request_error", "previous_response_not_found", "previous_response_id"), (error.Type, error.Code, error.Param));
        Assert.Empty(wire.Upstream.Requests);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task References_to_items_are_replaced_by_the_items(Dialect provider)
    {
        var id = await FirstAsync(provider, false);
        var item = JsonDocument.Parse(await wire.Proxy.Client.GetStringAsync($"/v1/responses/{id}")).RootElement.GetProperty("output")[0].GetProperty("id").GetString();
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider)));
        var answer = await AskAsync($$"""{"model":"{{Wire.Provider(provider)}},m","input":[{"role":"user","content":"a"},{"type":"item_reference","id":"{{item}}"},{"role":"user","content":"b"}]}""");
        Assert.Equal(200, answer.Status);
        Assert.Contains("Hello world", wire.Upstream.Single.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("item_reference", wire.Upstream.Single.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_moves_from_one_provider_to_another()
    {
        var id = await FirstAsync(Dialect.Gemini, true);
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        await AskAsync($$"""{"model":"pa,m","input":"go on","previous_response_id":"{{id}}"}""");
        var messages = wire.Upstream.Single.Json.GetProperty("messages");
        Assert.Equal(["user", "assistant", "user"], messages.EnumerateArray().Select(m => m.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task A_web_socket_is_refused_so_that_codex_goes_on_with_post()
    {
        using var upgrade = new HttpRequestMessage(HttpMethod.Get, "/v1/responses");
        upgrade.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        upgrade.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        upgrade.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        upgrade.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        var refused = await WireAnswer.ReadAsync(await wire.Proxy.Client.SendAsync(upgrade));
        Assert.Equal(426, refused.Status);
        Wire.ReadError(Dialect.OpenAIResponses, refused.Body);
        var plain = await WireAnswer.ReadAsync(await wire.Proxy.Client.GetAsync("/v1/responses"));
        Assert.Equal(405, plain.Status);
        Wire.ReadError(Dialect.OpenAIResponses, plain.Body);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Custom_tools_and_namespaces_come_back_as_they_were_declared(Dialect provider)
    {
        const string tools = """
            ,"tools":[{"type":"custom","name":"apply_patch","description":"patches","format":{"type":"grammar","syntax":"lark","definition":"start: x"}},
            {"type":"namespace","name":"mcp__docs","description":"docs","tools":[{"type":"function","name":"find","description":"finds","parameters":{"type":"object","properties":{"q":{"type":"string"}},"required":["q"]}}]}]
            """;
        foreach (var stream in (bool[])[false, true])
        {
            // What the provider was offered, it calls.
            wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider)));
            await AskAsync(Wire.Body(Dialect.OpenAIResponses, Wire.Provider(provider) + ",m", false, tools));
            var names = ToolCalls.Names(provider, wire.Upstream.Single.Json);
            Assert.Equal(2, names.Count);
            wire.Upstream.Answer(ScriptedReply.Json(ToolCalls.Answer(provider, [(names[0], provider == Dialect.OpenAIResponses ? "*** patch" : "{\\\"input\\\":\\\"*** patch\\\"}"), (names[1], "{\\\"q\\\":\\\"x\\\"}")])));
            var answer = await AskAsync(Wire.Body(Dialect.OpenAIResponses, Wire.Provider(provider) + ",m", stream, tools));
            Assert.Equal(200, answer.Status);
            var output = (stream ? LastResponse(answer.Body) : JsonDocument.Parse(answer.Body).RootElement).GetProperty("output").EnumerateArray().ToArray();
            var patch = Assert.Single(output, i => i.GetProperty("type").GetString() == "custom_tool_call");
            Assert.Equal(("apply_patch", "*** patch"), (patch.GetProperty("name").GetString(), patch.GetProperty("input").GetString()));
            var find = Assert.Single(output, i => i.GetProperty("type").GetString() == "function_call");
            Assert.Equal("find", find.GetProperty("name").GetString());
            Assert.Equal("mcp__docs", find.GetProperty("namespace").GetString());
        }
    }

    private static JsonElement LastResponse(string body)
    {
        var start = body.LastIndexOf("data: ", StringComparison.Ordinal) + 6;
        return JsonDocument.Parse(body[start..].Trim()).RootElement.GetProperty("response");
    }

    private async Task<string> FirstAsync(Dialect provider, bool stream, string more = "")
    {
        wire.Upstream.Answer(stream ? ScriptedReply.Events(Wire.Frames(provider)) : ScriptedReply.Json(Wire.Whole(provider)));
        var answer = await AskAsync($$"""{"model":"{{Wire.Provider(provider)}},m","stream":{{(stream ? "true" : "false")}},"input":"first question"{{more}}}""");
        Assert.Equal(200, answer.Status);
        var response = stream ? LastResponse(answer.Body) : JsonDocument.Parse(answer.Body).RootElement;
        return response.GetProperty("id").GetString()!;
    }

    private Task<WireAnswer> AskAsync(string body) => WireAnswer.SendAsync(wire.Proxy, "/v1/responses", body);
}
