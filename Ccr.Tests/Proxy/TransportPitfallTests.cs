using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>Bugs of other translators that only a running proxy can have; the numbers are those of the list.</summary>
public sealed class TransportPitfallTests(WireFixture wire) : IClassFixture<WireFixture>
{
    public static TheoryData<Dialect> Dialects => Wire.Dialects;

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task P071_P188_a_translated_call_has_one_key_and_an_agent_of_our_own(Dialect provider)
    {
        var client = provider == Dialect.Anthropic ? Dialect.OpenAIChat : Dialect.Anthropic;
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider)));
        var answer = await wire.AskAsync(client, provider, false, "", static r =>
        {
            r.Headers.TryAddWithoutValidation("User-Agent", "python-requests/2");
            r.Headers.TryAddWithoutValidation("anthropic-beta", "one-2026");
        });
        Assert.Equal(200, answer.Status);
        var seen = wire.Upstream.Single;
        Assert.Equal("ccr", seen.Headers["user-agent"]);
        Assert.Equal(1, seen.Headers.Count(h => h.Value.Contains(Wire.ProviderKey, StringComparison.Ordinal)));
        Assert.Equal(seen.Body.Length, System.Text.Encoding.UTF8.GetByteCount(seen.Body));
        Assert.Equal(wire.Upstream.BaseAddress.Authority, seen.Headers["host"]);
    }

    [Fact]
    public async Task P191_a_translated_call_to_Anthropic_is_of_the_version_that_takes_sampling()
    {
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        await wire.AskAsync(Dialect.OpenAIChat, Dialect.Anthropic, false, ",\"temperature\":0.5", static r => r.Headers.TryAddWithoutValidation("anthropic-version", "2026-10-21"));
        Assert.Equal("2023-06-01", wire.Upstream.Single.Headers["anthropic-version"]);
    }

    [Fact]
    public async Task P095_P096_tokens_are_counted_over_everything_and_never_a_404()
    {
        var bare = await CountAsync("""{"model":"unknown-model","messages":[{"role":"user","content":"hello"}]}""");
        var full = await CountAsync("""{"model":"unknown-model","system":"You are a very helpful assistant.","tools":[{"name":"Bash","description":"runs a command in a shell","input_schema":{"type":"object","properties":{"command":{"type":"string"}}}}],"messages":[{"role":"user","content":"hello"}]}""");
        Assert.True(full > bare + 20, $"{full} against {bare}");

        async Task<long> CountAsync(string body)
        {
            using var response = await wire.Proxy.PostAsync("/v1/messages/count_tokens", body);
            Assert.Equal(200, (int)response.StatusCode);
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("input_tokens").GetInt64();
        }
    }
}
