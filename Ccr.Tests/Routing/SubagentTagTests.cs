using System.Text;
using System.Text.Json;
using Ccr.Protocols.Anthropic;

namespace Ccr.Tests.Routing;

/// <summary>&lt;CCR-SUBAGENT-MODEL&gt;: the Node router finds it at the start of the second system block only; Claude Code has moved it since.</summary>
public sealed class SubagentTagTests : IAsyncLifetime
{
    private const string Tag = "<CCR-SUBAGENT-MODEL>two,gpt-x</CCR-SUBAGENT-MODEL>";

    private RoutedProxy _proxy = null!;

    public async Task InitializeAsync() => _proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"background\": \"one,Big\"");

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    [Theory]
    [InlineData("in the second system block", """{"model":"claude-haiku-4-5","system":[{"type":"text","text":"a"},{"type":"text","text":"TAGyou are"}],"max_tokens":1,"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("in the third, not at its start", """{"model":"m","system":[{"type":"text","text":"a"},{"type":"text","text":"b"},{"type":"text","text":"c\n TAG d"}],"max_tokens":1,"messages":[]}""")]
    [InlineData("in a system string", """{"model":"m","system":"TAGx","max_tokens":1,"messages":[]}""")]
    [InlineData("in the first user message", """{"model":"m","max_tokens":1,"messages":[{"content":"do TAG it","role":"user"}]}""")]
    [InlineData("in the second user message", """{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":[{"type":"text","text":"x"},{"type":"text","text":"TAGy"}]}]}""")]
    [InlineData("in a system message among the messages", """{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"system","content":[{"type":"text","text":"TAG x"}]}]}""")]
    public async Task The_tag_is_taken_and_cut_out_of_the_body(string place, string template)
    {
        var body = template.Replace("TAG", Tag, StringComparison.Ordinal);
        var explained = await _proxy.ExplainAsync(body);
        Assert.True(explained.GetProperty("scenario").GetString() == "subagent", place);
        Assert.Equal("two,gpt-x", explained.GetProperty("targets")[0].GetProperty("target").GetString());
        Assert.True(explained.GetProperty("body_changed").GetBoolean());
        var model = JsonDocument.Parse(template).RootElement.GetProperty("model").GetString();
        Assert.Equal(template.Replace("TAG", "", StringComparison.Ordinal).Replace($"\"model\":\"{model}\"", "\"model\":\"gpt-x\"", StringComparison.Ordinal), (await _proxy.SendAsync(body)).Body);
    }

    [Theory]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"TAG"}]}]}""")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"TAG"}]}""")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"user","content":"TAG"}]}""")]
    [InlineData("""{"model":"m","max_tokens":1,"tools":[{"name":"Agent","description":"TAG","input_schema":{}}],"messages":[{"role":"user","content":"a"}]}""")]
    public async Task What_tools_and_models_say_routes_nothing_and_stays(string template)
    {
        var body = template.Replace("TAG", Tag, StringComparison.Ordinal);
        var explained = await _proxy.ExplainAsync(body);
        Assert.Equal("default", explained.GetProperty("scenario").GetString());
        Assert.Contains("neither in the system prompt nor", RoutedProxy.Reason(explained, "subagent"), StringComparison.Ordinal);
        Assert.Equal(body, (await _proxy.SendAsync(body)).Body);
    }

    [Fact]
    public async Task A_tag_that_names_no_target_says_so_and_stays()
    {
        var explained = await _proxy.ExplainAsync(RoutedProxy.Body("m", "<CCR-SUBAGENT-MODEL>acme,x</CCR-SUBAGENT-MODEL>hi"));
        Assert.Equal("default", explained.GetProperty("scenario").GetString());
        Assert.Contains("there is no provider 'acme'", RoutedProxy.Reason(explained, "subagent"), StringComparison.Ordinal);
        Assert.False(explained.GetProperty("body_changed").GetBoolean());
    }

    [Theory]
    [InlineData("<CCR-SUBAGENT-MODEL>one/Big</CCR-SUBAGENT-MODEL>", "one,Big")]
    [InlineData("\\u003cCCR-SUBAGENT-MODEL\\u003etwo,openai/gpt-5\\u003c/CCR-SUBAGENT-MODEL\\u003E", "two,openai/gpt-5")]
    [InlineData("<CCR-SUBAGENT-MODEL> two,openai\\/gpt-5:online <\\/CCR-SUBAGENT-MODEL>", "two,openai/gpt-5:online")]
    [InlineData("<CCR-SUBAGENT-MODEL><CCR-SUBAGENT-MODEL>one,Big</CCR-SUBAGENT-MODEL>", "one,Big")]
    public async Task Every_way_to_write_it_in_JSON_is_understood(string tag, string target) =>
        Assert.Equal($"subagent {target}", await _proxy.RouteAsync($$"""{"model":"m","system":"{{tag}} you are","max_tokens":1,"messages":[]}"""));

    [Fact]
    public async Task It_works_for_every_dialect()
    {
        Assert.Equal("subagent two,gpt-x", await _proxy.RouteAsync($$"""{"model":"m","messages":[{"role":"developer","content":"{{Tag}}"},{"role":"user","content":"x"}]}""", query: "?dialect=openai-chat"));
        Assert.Equal("subagent two,gpt-x", await _proxy.RouteAsync($$"""{"model":"m","instructions":"{{Tag}}","input":"x"}"""));
        Assert.Equal("subagent two,gpt-x", await _proxy.RouteAsync($$"""{"model":"m","input":"x {{Tag}}"}"""));
        Assert.Equal("subagent two,gpt-x", await _proxy.RouteAsync($$"""{"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"x {{Tag}}"}]}]}"""));
        Assert.Equal("subagent two,gpt-x", await _proxy.RouteAsync($$"""{"systemInstruction":{"parts":[{"text":"{{Tag}}"}]},"contents":[{"parts":[{"text":"x"}]}]}""", query: "?model=g"));
        Assert.Equal("subagent two,gpt-x", await _proxy.RouteAsync($$"""{"contents":[{"parts":[{"text":"{{Tag}}"}]}]}""", query: "?model=g"));
    }

    [Fact]
    public async Task A_text_of_which_nothing_is_left_becomes_a_full_stop_and_the_clients_own_choice_still_wins()
    {
        var sent = await _proxy.SendAsync($$"""{"model":"one,Big","max_tokens":1,"system":[{"type":"text","text":"{{Tag}}\n"}],"messages":[{"role":"user","content":"é\u00e9"}]}""");
        Assert.Equal("""{"model":"Big","max_tokens":1,"system":[{"type":"text","text":"."}],"messages":[{"role":"user","content":"é\u00e9"}]}""", sent.Body);
    }

    [Fact]
    public void Peeking_into_a_body_allocates_nothing()
    {
        var body = Encoding.UTF8.GetBytes("""{"model":"m","metadata":{"user_id":"u"},"max_tokens":1,"messages":[{"role":"user","content":"x"}]}""").AsMemory();
        var memory = (ReadOnlyMemory<byte>)body;
        AnthropicRequestPeek.Read(memory);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var peek = AnthropicRequestPeek.Read(memory);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal("u", peek.UserId.ToString());
    }
}
