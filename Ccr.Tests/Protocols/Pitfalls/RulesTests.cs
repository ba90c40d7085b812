using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Pitfalls;

/// <summary>What is known of models and names, and what a loss report says.</summary>
public class RulesTests
{
    [Theory]
    [InlineData("openai/gpt-5.2", "gpt-5-2")]
    [InlineData("gpt-5-codex", "gpt-5-")]
    [InlineData("o3-mini", "o3")]
    [InlineData("models/gemini-3-pro", "gemini-3")]
    [InlineData("google/gemini-2.5-flash-lite", "gemini-2-5-flash-lite")]
    [InlineData("accounts/fireworks/models/deepseek-v3p1", "deepseek")]
    [InlineData("deepseek-ai/DeepSeek-R1", "deepseek-r1")]
    [InlineData("anthropic/claude-opus-4.6", "claude-opus-4-6")]
    [InlineData("claude-opus-4-1-20250805", "claude-opus-4")]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5")]
    [InlineData("claude-sonnet-4-5@20250929", "claude-sonnet-4-5")]
    [InlineData("claude-something-new", "claude")]
    [InlineData("moonshotai/Kimi-K2-Thinking", "kimi-k2-thinking")]
    [InlineData("z-ai/glm-4.6", "glm-")]
    [InlineData("x-ai/grok-3-mini", "grok-3-mini")]
    [InlineData("llama-3.3-70b", "")]
    [InlineData("", "")]
    public void A_model_is_known_whatever_stands_before_its_name(string model, string prefix) => Assert.Equal(prefix, ModelRules.For(model).Prefix);

    [Fact]
    public void A_loss_report_is_bounded_and_says_how_many_more_there_are()
    {
        var loss = new LossReport();
        for (var i = 0; i < 60; i++)
        {
            loss.Dropped($"messages[{i}]", "r");
            loss.Dropped($"messages[{i}]", "r");
        }

        Assert.Equal(51, loss.Entries.Count);
        Assert.Equal("messages[49]", loss.Entries[49].Path);
        Assert.Equal("(10 more)", loss.Entries[50].Path);
    }

    [Theory]
    [InlineData(Dialect.Gemini)]
    [InlineData(Dialect.OpenAIChat)]
    [InlineData(Dialect.OpenAIResponses)]
    public void Names_that_the_target_refuses_are_legal_and_alike_everywhere(Dialect to)
    {
        const string name = "mcp/echo say ünï";
        var request = $$$"""{"model":"x","max_tokens":9,"tools":[{"name":"{{{name}}}","input_schema":{"type":"object","properties":{}} }],"tool_choice":{"type":"tool","name":"{{{name}}}"},"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"{{{name}}}","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}]}""";
        var body = Wire.Send(Dialect.Anthropic, to, request);
        Assert.DoesNotContain("mcp/echo", body, StringComparison.Ordinal);
        var legal = ToolNames.Legal(Ccr.Protocols.Json.EscapedText.From(name)).ToString();
        Assert.Matches("^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$", legal);
        Assert.Equal(to == Dialect.Gemini ? 4 : 3, body.Split($"\"{legal}\"").Length - 1);

        // The answer comes back under the name that the client declared.
        var message = new MessageReducer();
        var sink = new DeclaredToolNames(message, Wire.Read(Dialect.Anthropic, request));
        sink.Start("x"u8);
        sink.BeginToolUse("a"u8, Encoding.UTF8.GetBytes(legal));
        sink.EndBlock();
        Assert.Equal(name, message.Calls[0].Name);
    }

    [Fact]
    public void What_output_config_holds_beside_is_kept_for_Anthropic_and_reported_elsewhere()
    {
        const string request = """{"model":"x","max_tokens":99,"output_config":{"task_budget":{"type":"tokens","total":64000},"effort":"high"},"messages":[{"role":"user","content":"q"}]}""";
        Assert.Equal("""{"effort":"high","task_budget":{"type":"tokens","total":64000}}""", Wire.SendParsed(Dialect.Anthropic, Dialect.Anthropic, request, "claude-opus-4-6").GetProperty("output_config").GetRawText());
        Assert.Equal("""{"task_budget":{"type":"tokens","total":64000}}""", Wire.SendParsed(Dialect.Anthropic, Dialect.Anthropic, request, "claude-haiku-4-5").GetProperty("output_config").GetRawText());
        var loss = new LossReport();
        Wire.Send(Dialect.Anthropic, Dialect.OpenAIChat, request, loss: loss);
        Assert.Contains(loss.Entries, e => e.Path == "output_config.task_budget");
    }

    [Fact]
    public void A_whole_item_in_an_envelope_must_be_one_object()
    {
        var forged = Encoding.ASCII.GetString(new ReasoningEnvelope { Origin = Dialect.OpenAIResponses, Data = """{"type":"x"}],"model":"other","input":[{"type":"y"}""" }.Seal());
        var body = Wire.SendParsed(Dialect.Anthropic, Dialect.OpenAIResponses, $$$"""{"model":"x","max_tokens":99,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"redacted_thinking","data":"{{{forged}}}"},{"type":"text","text":"t"}]},{"role":"user","content":"r"}]}""");
        Assert.Equal(1, body.EnumerateObject().Count(p => p.Name == "model"));
        Assert.Equal("reasoning", body.GetProperty("input")[1].Word("type"));
    }
}
