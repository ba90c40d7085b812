using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Affinity;

namespace Ccr.Tests.Routing;

/// <summary>What makes two requests of one session, and what does not.</summary>
public sealed class SessionKeyTests
{
    private const string Body = """{"system":"be kind","messages":[{"role":"user","content":"hello"}],"tools":[{"name":"Read","input_schema":{"type":"object"}}]}""";

    private readonly OrderBed _bed = new();

    [Theory]
    [InlineData("x-claude-code-session-id")]
    [InlineData("session-id")]
    [InlineData("session_id")]
    [InlineData("thread-id")]
    [InlineData("x-session-id")]
    [InlineData("x-session-affinity")]
    public void A_session_header_decides_whatever_the_conversation_is(string header)
    {
        Assert.Equal(Key(Body, (header, "one")), Key("{}", (header, "one")));
        Assert.NotEqual(Key(Body, (header, "one")), Key(Body, (header, "two")));
        Assert.NotEqual(Key(Body, (header, "one")), Key(Body));
    }

    [Fact]
    public void Sub_agents_and_threads_have_conversations_of_their_own()
    {
        Assert.NotEqual(Key(Body, ("x-claude-code-session-id", "s")), Key(Body, ("x-claude-code-session-id", "s"), ("x-claude-code-agent-id", "a")));
        Assert.NotEqual(Key(Body, ("session-id", "s"), ("thread-id", "s")), Key(Body, ("session-id", "s"), ("thread-id", "t")));
    }

    [Fact]
    public void A_request_id_is_a_session_only_with_codex()
    {
        Assert.Equal(Key(Body, ("x-client-request-id", "1")), Key(Body, ("x-client-request-id", "2")));
        Assert.NotEqual(Key(Body, ("x-client-request-id", "1"), ("User-Agent", "codex_exec/0.169.0")), Key(Body, ("x-client-request-id", "2"), ("User-Agent", "codex_exec/0.169.0")));
    }

    [Fact]
    public void Two_callers_never_share_a_session_nor_do_protocols_or_scenarios()
    {
        var keys = new[]
        {
            Key(Body, ("x-session-id", "s")),
            Key(Body, ("x-session-id", "s"), ("x-api-key", "one")),
            Key(Body, ("x-session-id", "s"), ("x-api-key", "two")),
            Key(Body, ("x-session-id", "s"), ("Authorization", "Bearer one")),
            SessionKeys.Of(_bed.Call(body: Body, client: ClientDialects.Chat, change: r => r.Headers["x-session-id"] = "s"), Scenario.Default),
            SessionKeys.Of(_bed.Call(body: Body, change: r => r.Headers["x-session-id"] = "s"), Scenario.Think),
        };
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.All(keys, k => Assert.False(k.IsEmpty));
    }

    [Theory]
    [InlineData("""{"metadata":{"user_id":"{\"device_id\":\"d\",\"account_uuid\":\"\",\"session_id\":\"S\"}"}}""")]
    [InlineData("""{"metadata":{"user_id":"{\"session_id\": \"S\", \"x\":1}"}}""")]
    [InlineData("""{"metadata":{"user_id":"user_abc_account__session_S"}}""")]
    [InlineData("""{"prompt_cache_key":"S"}""")]
    [InlineData("""{"conversation":"S"}""")]
    [InlineData("""{"conversation":{"id":"S"}}""")]
    public void The_body_may_name_the_session(string body)
    {
        var with = body[..^1] + ",\"messages\":[{\"role\":\"user\",\"content\":\"X\"}]}";
        Assert.Equal(Key(with), Key(with.Replace("X", "Y", StringComparison.Ordinal)));
        Assert.NotEqual(Key(with), Key(with.Replace("S", "T", StringComparison.Ordinal)));
        Assert.False(Key(body).IsEmpty);
    }

    [Fact]
    public void An_end_user_is_no_session()
    {
        string With(string user, string text) => $$"""{"metadata":{"user_id":"{{user}}"},"messages":[{"role":"user","content":"{{text}}"}]}""";
        Assert.Equal(Key(With("u", "x")), Key(With("u", "x")));
        Assert.NotEqual(Key(With("u", "x")), Key(With("u", "y")));
        Assert.NotEqual(Key(With("u", "x")), Key(With("v", "x")));
    }

    [Theory]
    [InlineData("""{"system":"be kind","tools":[{"name":"Read","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"hello"},{"role":"assistant","content":"hi"},{"role":"user","content":"more"}]}""")]
    [InlineData("""{"system":[{"type":"text","text":"be kind","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"hello","cache_control":{"type":"ephemeral","ttl":"1h"}}]}],"tools":[{"name":"Read","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}]}""")]
    [InlineData("""{"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.329.abc;"},{"type":"text","text":"be kind"}],"messages":[{"id":"msg_1","content":"hello","role":"user"}],"tools":[{"name":"Read","input_schema":{"type":"object"}}],"max_tokens":5}""")]
    public void Later_turns_cache_marks_and_the_billing_line_leave_the_conversation_the_same(string body) => Assert.Equal(Key(Body), Key(body));

    [Theory]
    [InlineData("be kind", "be brief")]
    [InlineData("hello", "goodbye")]
    [InlineData("Read", "Write")]
    [InlineData("user", "assistant")]
    public void Another_prefix_is_another_conversation(string from, string to) => Assert.NotEqual(Key(Body), Key(Body.Replace(from, to, StringComparison.Ordinal)));

    [Theory]
    [InlineData("""{"system":"be kind","tools":[]}""")]
    [InlineData("""{"system":"be kind","messages":[{"role":"assistant","content":"hello"}]}""")]
    [InlineData("""{"messages":17}""")]
    [InlineData("""[]""")]
    [InlineData("""{"messages":[{"role":"user","content":""")]
    public void Instructions_alone_are_no_conversation(string body) => Assert.True(Key(body).IsEmpty);

    [Theory]
    [InlineData("""{"input":"hello"}""", """{"input":"hello","stream":true}""")]
    [InlineData("""{"input":[{"role":"developer","content":"d"},{"role":"user","content":[{"type":"input_text","text":"hello"}]}]}""", """{"input":[{"type":"message","role":"developer","content":"d"},{"role":"user","content":"hello"},{"type":"reasoning","encrypted_content":"x"}]}""")]
    [InlineData("""{"contents":[{"parts":[{"text":"hello"}]}]}""", """{"contents":[{"parts":[{"text":"hello"}]},{"role":"model","parts":[{"text":"hi"}]}]}""")]
    public void The_other_protocols_have_a_beginning_too(string first, string later)
    {
        Assert.False(Key(first).IsEmpty);
        Assert.Equal(Key(first), Key(later));
        Assert.NotEqual(Key(first), Key(first.Replace("hello", "goodbye", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_key_shows_nothing_of_what_it_is_made_of_and_can_be_read_back()
    {
        var key = Key(Body, ("x-session-id", new string('s', 5000)), ("x-api-key", "secret"));
        Assert.Matches("^[0-9a-f]{32}$", key.ToString());
        Assert.True(SessionKey.TryParse(key.ToString(), out var read));
        Assert.Equal(key, read);
        Assert.False(SessionKey.TryParse("zz", out _));
    }

    private SessionKey Key(string body, params (string Name, string Value)[] headers) =>
        SessionKeys.Of(
            _bed.Call(body: body, change: r =>
            {
                foreach (var (name, value) in headers)
                {
                    r.Headers[name] = value;
                }
            }),
            Scenario.Default);
}
