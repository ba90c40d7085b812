using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Tokens;
using Ccr.Tests.Configuration;

namespace Ccr.Tests.Tokens;

/// <summary>Which encoding a target's tokens are counted with.</summary>
public sealed class ModelEncodingTests
{
    [Theory]
    [InlineData("gpt-4o", "o200k_base", true)]
    [InlineData("openai/gpt-4o-mini", "o200k_base", true)]
    [InlineData("GPT-4.1-nano", "o200k_base", true)]
    [InlineData("gpt-5.1-codex", "o200k_base", true)]
    [InlineData("openai/gpt-oss-120b", "o200k_base", true)]
    [InlineData("gpt-oss:20b", "o200k_base", true)]
    [InlineData("o1", "o200k_base", true)]
    [InlineData("o3-mini", "o200k_base", true)]
    [InlineData("o4-mini", "o200k_base", true)]
    [InlineData("o1000", "cl100k_base", false)]
    [InlineData("gpt-4", "cl100k_base", true)]
    [InlineData("gpt-4-turbo", "cl100k_base", true)]
    [InlineData("gpt-3.5-turbo", "cl100k_base", true)]
    [InlineData("davinci-002", "cl100k_base", true)]
    [InlineData("text-davinci-003", "p50k_base", true)]
    [InlineData("text-davinci-001", "r50k_base", true)]
    [InlineData("davinci", "r50k_base", true)]
    [InlineData("adapter-7b", "cl100k_base", false)]
    [InlineData("claude-sonnet-4-5", "cl100k_base", false)]
    [InlineData("deepseek-chat", "cl100k_base", false)]
    [InlineData("glm-4.6", "cl100k_base", false)]
    public void A_model_has_the_encoding_of_tiktokens_table_or_the_customary_one(string model, string encoding, bool isOwn)
    {
        Assert.Equal(encoding, ModelEncodings.Of(model, out var own).Name);
        Assert.Equal(isOwn, own);
    }

    [Fact]
    public void The_configuration_says_otherwise_for_a_provider_or_a_model()
    {
        const string Setting = """
            tokenizer: {
              default: { type: 'tiktoken', encoding: 'o200k_base' },
              models: { b: { type: 'tiktoken', encoding: 'p50k_base', calibration: '1.25' }, c: { type: 'tiktoken' },
                        d: { type: 'huggingface', model: 'openai/gpt-oss-20b' }, 'gpt-4o': { type: 'api', url: 'https://e.com/count', fallback: 'tiktoken' } }
            },
            """;
        Assert.Equal(("o200k_base", null, true), Of("a", Setting));
        Assert.Equal(("p50k_base", 1.25, false), Of("b", Setting));
        Assert.Equal(("cl100k_base", null, true), Of("C", Setting));
        Assert.Equal(("o200k_base", null, true), Of("d", Setting));
        Assert.Equal(("cl100k_base", null, false), Of("gpt-4o", Setting));
        Assert.Equal(("o200k_base", null, false), Of("gpt-4o", ""));
    }

    [Fact]
    public void A_counting_service_is_read_with_its_defaults_and_its_key_is_not_printed()
    {
        var provider = TestEnvironment.ReadValid("""
            { Providers: [{ name: 'p', api_base_url: 'https://e.com', models: ['m'], count_tokens: 'local', tokenizer: {
                default: { type: 'api', url: 'https://e.com/count' },
                models: { m: { type: 'api', url: 'https://e.com/other', apiKey: '$KEY', requestFormat: 'anthropic', responseField: 'usage.0.tokens', headers: { 'x-a': 'b' } } } } }] }
            """, ("KEY", "sk-secret")).Providers[0];
        var plain = provider.Tokenizer!.Default!.Api!;
        Assert.Equal((new Uri("https://e.com/count"), null, TokenizerApiFormat.AsItIs, "token_count"), (plain.Url, plain.ApiKey, plain.Format, Assert.Single(plain.ResponseField)));
        var own = provider.Tokenizer.For("M")!.Api!;
        Assert.Equal(("sk-secret", TokenizerApiFormat.Anthropic, "b"), (own.ApiKey, own.Format, own.Headers["X-A"]));
        Assert.Equal(["usage", "0", "tokens"], own.ResponseField);
        Assert.Equal(CountTokensBy.Local, provider.CountTokens);
        Assert.DoesNotContain("sk-secret", $"{provider} {provider.Tokenizer} {provider.Tokenizer.For("m")}", StringComparison.Ordinal);
    }

    private static (string Encoding, double? Calibration, bool Learns) Of(string model, string setting)
    {
        var tokenizer = TestEnvironment.ReadValid($"{{ Providers: [{{ name: 'p', api_base_url: 'https://e.com', {setting} models: ['a', 'b', 'c', 'd', 'gpt-4o'] }}], Router: {{ default: 'p,{model}' }} }}")
            .Router.Default!.Tokenizer;
        return (tokenizer.Encoding.Name, tokenizer.Choice?.Calibration, tokenizer.Learns);
    }
}
