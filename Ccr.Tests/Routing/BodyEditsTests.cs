using System.Text;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Routing;

namespace Ccr.Tests.Routing;

public sealed class BodyEditsTests
{
    private static readonly BodyParameter[] Parameters = [BodyParameter.Of("max_tokens", 9), BodyParameter.Of("temperature", 0.5), BodyParameter.Of("top_p", 1)];

    [Theory]
    [InlineData(Dialect.Anthropic, false, """{ "model":"m", "temperature" : 1}""", """{"max_tokens":9,"top_p":1, "model":"m", "temperature" : 1}""")]
    [InlineData(Dialect.Anthropic, true, """{"temperature":1,"model":"m","max_tokens":[1,{"a":2}]}""", """{"top_p":1,"temperature":0.5,"model":"m","max_tokens":9}""")]
    [InlineData(Dialect.OpenAIChat, false, """{"max_completion_tokens":5}""", """{"temperature":0.5,"top_p":1,"max_completion_tokens":5}""")]
    [InlineData(Dialect.OpenAIChat, true, """{"max_completion_tokens":5}""", """{"temperature":0.5,"top_p":1,"max_completion_tokens":9}""")]
    [InlineData(Dialect.OpenAIResponses, false, """{"input":"x"}""", """{"max_output_tokens":9,"temperature":0.5,"top_p":1,"input":"x"}""")]
    [InlineData(Dialect.Gemini, false, """{"contents":[]}""", """{"generationConfig":{"maxOutputTokens":9,"temperature":0.5,"topP":1},"contents":[]}""")]
    [InlineData(Dialect.Gemini, false, """{"contents":[],"generationConfig":{"topP":0}}""", """{"contents":[],"generationConfig":{"maxOutputTokens":9,"temperature":0.5,"topP":0}}""")]
    [InlineData(Dialect.Gemini, true, """{"generation_config":{}}""", """{"generation_config":{"maxOutputTokens":9,"temperature":0.5,"topP":1}}""")]
    public void Parameters_are_set_under_the_dialects_names_and_nothing_else_changes(Dialect dialect, bool replaces, string body, string expected)
    {
        var edited = Encoding.UTF8.GetString(BodyEdits.Set(Encoding.UTF8.GetBytes(body), dialect, Parameters, replaces)!);
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), edited.Replace(" ", "", StringComparison.Ordinal));
        Assert.NotNull(JsonNode.Parse(edited));
    }

    [Fact]
    public void A_body_that_has_all_of_them_is_left_alone() =>
        Assert.Null(BodyEdits.Set("""{"max_tokens":1,"temperature":1,"top_p":0}"""u8, Dialect.Anthropic, Parameters, replaces: false));
}
