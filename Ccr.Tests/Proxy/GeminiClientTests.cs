using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>What clients of Gemini need besides the conversation: addresses with models, arrays for streams, counts, lists.</summary>
public sealed class GeminiClientTests(WireFixture wire) : IClassFixture<WireFixture>
{
    public static TheoryData<Dialect> Dialects => Wire.Dialects;

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_stream_without_alt_sse_is_one_array(Dialect provider)
    {
        wire.Upstream.Answer(ScriptedReply.Events(Wire.Frames(provider)));
        var answer = await WireAnswer.SendAsync(wire.Proxy, $"/v1beta/models/{Wire.Provider(provider)},m:streamGenerateContent", Wire.Body(Dialect.Gemini, "", true));
        Assert.Equal(200, answer.Status);
        Assert.StartsWith("application/json", answer.ContentType, StringComparison.Ordinal);
        var array = JsonDocument.Parse(answer.Body).RootElement.EnumerateArray().ToArray();
        Assert.Equal("Hello world", string.Concat(array.Select(c => Wire.ReadText(Dialect.Gemini, $"data: {c.GetRawText()}\n\n", true).Text)));
        Assert.Equal("STOP", array[^1].GetProperty("candidates")[0].GetProperty("finishReason").GetString());
        Assert.Equal(10, array[^1].GetProperty("usageMetadata").GetProperty("promptTokenCount").GetInt32());
        if (provider == Dialect.Gemini)
        {
            Assert.EndsWith("alt=sse", wire.Upstream.Single.Target, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task An_array_that_fails_in_the_middle_stays_json_and_says_so(Dialect provider)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        wire.Upstream.Answer(ScriptedReply.Events([.. Wire.Frames(provider)[..(Wire.BeforeContent(provider) + 1)], ": x\n\n"]) with { BeforeLast = seen.Task });
        using var response = await wire.Proxy.PostAsync($"/v1beta/models/{Wire.Provider(provider)},m:streamGenerateContent", Wire.Body(Dialect.Gemini, "", true));
        seen.SetResult();
        var body = await response.Content.ReadAsStringAsync();
        var array = JsonDocument.Parse(body).RootElement.EnumerateArray().ToArray();
        Assert.True(array[^1].TryGetProperty("error", out _), body);
        Assert.DoesNotContain("finishReason", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pg,models%2Fone", "/v1beta/models/models%2Fone:generateContent")]
    [InlineData("pg%2Cone", "/v1beta/models/one:generateContent")]
    [InlineData("pg,vendor/one:free", "/v1beta/models/vendor%2Fone%3Afree:generateContent")]
    [InlineData("pg,one%20two", "/v1beta/models/one%20two:generateContent")]
    public async Task A_model_in_the_address_may_have_slashes_commas_and_colons(string written, string expected)
    {
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Gemini)));
        foreach (var version in (string[])["v1beta", "v1alpha", "v1"])
        {
            wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Gemini)));
            var answer = await WireAnswer.SendAsync(wire.Proxy, $"/{version}/models/{written}:generateContent", Wire.Body(Dialect.Gemini, "", false));
            Assert.True(answer.Status == 200, answer.Body);
            Assert.Equal(expected, wire.Upstream.Single.Target);
            Assert.Equal(Wire.ProviderKey, wire.Upstream.Single.Headers["x-goog-api-key"]);
        }
    }

    [Fact]
    public async Task Tokens_are_counted_in_both_forms_of_the_question()
    {
        const string inner = """{"contents":[{"role":"user","parts":[{"text":"one two three four five six seven eight nine ten"}]}]}""";
        foreach (var body in (string[])[inner, "{\"generateContentRequest\":" + inner[..^1] + ",\"model\":\"models/m\"}}"])
        {
            var answer = await WireAnswer.SendAsync(wire.Proxy, "/v1beta/models/pg,m:countTokens", body);
            Assert.Equal(200, answer.Status);
            Assert.InRange(JsonDocument.Parse(answer.Body).RootElement.GetProperty("totalTokens").GetInt32(), 8, 40);
        }
    }

    [Fact]
    public async Task Models_are_listed_in_the_callers_shape_and_each_can_be_asked_for()
    {
        var list = JsonDocument.Parse(await wire.Proxy.Client.GetStringAsync("/v1beta/models?pageSize=50")).RootElement.GetProperty("models");
        Assert.Equal(["models/pa,m", "models/pc,m", "models/pr,m", "models/pg,m"], list.EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        Assert.Contains("generateContent", list[0].GetProperty("supportedGenerationMethods").EnumerateArray().Select(m => m.GetString()));
        var one = JsonDocument.Parse(await wire.Proxy.Client.GetStringAsync("/v1beta/models/pg,m")).RootElement;
        Assert.Equal("models/pg,m", one.GetProperty("name").GetString());
        var none = await WireAnswer.ReadAsync(await wire.Proxy.Client.GetAsync("/v1beta/models/none"));
        Assert.Equal((404, "NOT_FOUND"), (none.Status, Wire.ReadError(Dialect.Gemini, none.Body).Type));

        var openAI = JsonDocument.Parse(await wire.Proxy.Client.GetStringAsync("/v1/models")).RootElement;
        Assert.Equal("list", openAI.GetProperty("object").GetString());
        var missing = await WireAnswer.ReadAsync(await wire.Proxy.Client.GetAsync("/v1/models/none"));
        Assert.Equal((404, "model_not_found"), (missing.Status, Wire.ReadError(Dialect.OpenAIChat, missing.Body).Code));
    }
}
