using System.Text;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Anthropic;

/// <summary>Anthropic bodies as canonical requests.</summary>
public class AnthropicRequestDecoderTests
{
    [Fact]
    public void Metadata_is_read_and_kept()
    {
        var request = Decode("""{"model":"m","metadata":{"user_id":"u","x":1},"service_tier":"auto","thinking":{"type":"adaptive","display":"omitted"},"messages":[]}""");
        Assert.Equal("u", request.UserId.ToString());
        Assert.Equal("auto", request.ServiceTier.ToString());
        Assert.Equal("omitted", request.ThinkingDisplay.ToString());
        Assert.Equal("metadata", Assert.Single(request.Extensions).Key);
    }

    [Theory]
    [InlineData("""{"type":"search_result","source":"http://a","title":"T","content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]}""", "T (http://a)\n\nx\n\ny")]
    [InlineData("""{"type":"document","title":"T","source":{"type":"content","content":"x"}}""", "T\n\nx")]
    [InlineData("""{"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"}]}}""", "x")]
    [InlineData("""{"type":"tool_reference","tool_name":"Bash"}""", "Tool loaded: Bash")]
    public void Blocks_that_others_say_as_text_are_text_and_keep_their_form(string block, string expected)
    {
        var body = $$"""{"model":"m","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{{block}}]}]}]}""";
        var result = Assert.IsType<ToolResultBlock>(Decode(body).Messages[0].Content[0]);
        Assert.Equal(expected, Assert.IsType<TextBlock>(result.Content[0]).Text.ToString());
        Assert.Equal(block, Encoding.UTF8.GetString(result.Content[0].Original.Span));
    }

    [Fact]
    public void Files_by_id_are_opaque()
    {
        var content = Decode("""{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"f"}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"},"title":"T","citations":{"enabled":true}}]}]}""").Messages[0].Content;
        Assert.IsType<OpaqueBlock>(content[0]);
        Assert.Equal("T", Assert.IsType<DocumentBlock>(content[1]).Title.ToString());
        Assert.True(content[1].Original.IsPresent);
    }

    [Theory]
    [InlineData("bash_20250124", "bash", ToolKind.ClientTyped)]
    [InlineData("text_editor_20250728", "str_replace_based_edit_tool", ToolKind.ClientTyped)]
    [InlineData("text_editor_20250124", "str_replace_editor", ToolKind.ClientTyped)]
    [InlineData("memory_20250818", "memory", ToolKind.ClientTyped)]
    [InlineData("computer_20250124", "computer", ToolKind.OtherServerTool)]
    [InlineData("web_search_20250305", "web_search", ToolKind.WebSearch)]
    public void Typed_tools_get_a_schema_where_one_is_known(string type, string name, ToolKind kind)
    {
        var tool = Assert.Single(Decode($$"""{"model":"m","tools":[{"type":"{{type}}","name":"{{name}}"},{"type":"{{type}}","name":"{{name}}"}],"messages":[]}""").Tools);
        Assert.Equal(kind, tool.Kind);
        Assert.Equal(kind == ToolKind.ClientTyped, tool.InputSchema.IsPresent);
        if (tool.InputSchema.IsPresent)
        {
            using var schema = System.Text.Json.JsonDocument.Parse(tool.InputSchema.Bytes);
            Assert.Equal("object", schema.RootElement.GetProperty("type").GetString());
        }
    }

    [Fact]
    public void Sealed_signatures_of_Anthropics_own_are_bare_again()
    {
        var own = Encoding.ASCII.GetString(new ReasoningEnvelope { Origin = Dialect.Anthropic, Data = "S" }.Seal());
        var other = Encoding.ASCII.GetString(new ReasoningEnvelope { Origin = Dialect.Anthropic, Provider = "minimax", Data = "S" }.Seal());
        var content = Decode($$"""{"model":"m","messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"{{own}}"},{"type":"redacted_thinking","data":"{{other}}"}]}]}""").Messages[0].Content;
        Assert.Equal("S", Assert.IsType<ThinkingBlock>(content[0]).Signature.ToString());
        Assert.Equal(other, Assert.IsType<RedactedThinkingBlock>(content[1]).Data.ToString());
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"tool_result"}]}]}""", "messages[0].content[1].tool_use_id")]
    [InlineData("""{"messages":[{"role":"user","content":[{"text":"a"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"tool","content":"a"}]}""", "messages[0].role")]
    [InlineData("""{"tools":[{"name":"a"},{"name":"a"},{}]}""", "tools[2].name")]
    [InlineData("""{"thinking":{"type":"enabled","budget_tokens":"x"}}""", "thinking.budget_tokens")]
    public void Faults_name_their_place(string body, string path) => Assert.Equal(path, Assert.Throws<RequestFormatException>(() => Decode(body)).Path);

    private static CanonicalRequest Decode(string json) => AnthropicRequestDecoder.Decode(Encoding.UTF8.GetBytes(json));
}
