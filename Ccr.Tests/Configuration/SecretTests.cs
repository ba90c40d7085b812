using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Configuration;

/// <summary>A key must not be readable in a message, a log line or a ToString, whatever the file has wrong.</summary>
public sealed class SecretTests
{
    private const string Secret = "sk-SECRET-1234567890";

    public static TheoryData<string> Files => new()
    {
        $"{{ APIKEY: {Secret} }}",
        $"{{ APIKEY: '{Secret} }}",
        $"{{ APIKEY: '{Secret}' '{Secret}' }}",
        $"{{ APIKEY: '{Secret} {Secret}' }}",
        $"'{Secret}'",
        $"{{ PORT: '{Secret}', HOST: '{Secret}', PROXY_URL: '{Secret}', LOG_LEVEL: '{Secret}', LOG: '{Secret}', API_TIMEOUT_MS: '{Secret}' }}",
        $"{{ PROXY_URL: 'ftp://user:{Secret}@proxy' }}",
        $"{{ Providers: '{Secret}' }}",
        $"{{ Providers: ['{Secret}'] }}",
        $"{{ Providers: [{{ name: 'p', api_base_url: '{Secret}', api_key: 'https://e.com' }}] }}",
        $"{{ Providers: [{{ name: 'p', api_base_url: 'https://{Secret}@e.com' }}] }}",
        $"{{ Providers: [{{ name: 'p', api_base_url: 'https://{Secret} e.com' }}] }}",
        $"{{ Providers: [{{ name: 'p', api_base_url: 'https://e.com/?key={Secret}', api_key: '{Secret}\\n.' }}] }}",
        $"{{ Providers: [{{ name: 'p', api_base_url: 'https://e.com', models: '{Secret}', extra_headers: {{ 'X-Key': '{Secret}\\u0007' }}, auth_header: '{Secret}', protocol: '{Secret}' }}] }}",
        $"{{ Providers: [{{ name: 'p', api_base_url: 'https://e.com', models: ['m'], count_tokens: '{Secret}', tokenizer: {{ default: {{ type: 'api', url: 'https://e.com/{Secret} x', apiKey: '{Secret}\\n', encoding: '{Secret}', fallback: '{Secret}', requestFormat: '{Secret}', calibration: '{Secret}', headers: {{ 'X-Key': '{Secret}\\u0007' }} }} }} }}] }}",
        $"{{ Providers: [{{ name: 'p', api_base_url: 'https://e.com', models: ['m'], extra_headers: '{Secret}', transformer: '{Secret}', anthropic_version: 5 }}] }}",
        "{ Providers: [{ name: 'p', api_base_url: '$KEY', models: ['m'], protocol: '$KEY' }], Router: { default: '$KEY', think: '$KEY,$KEY', longContextThreshold: '$KEY' } }",
        "{ Providers: [{ name: 'p', api_base_url: 'https://e.com', models: ['m'] }], Router: { default: 'p,$KEY' }, HOST: '$KEY', PORT: '$KEY' }",
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void No_message_repeats_a_value_that_may_be_secret(string text)
    {
        var result = TestEnvironment.Read(text, ("KEY", Secret));
        Assert.NotEmpty(result.Problems);
        Assert.All(result.Problems, p => Assert.DoesNotContain("SECRET", p.Describe("c"), StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("SECRET", new ConfigurationException("c", result.Problems).ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void No_ToString_shows_a_key()
    {
        var config = TestEnvironment.ReadValid(
            $"{{ APIKEY: '{Secret}', PROXY_URL: 'http://u:{Secret}@proxy', Providers: [{{ name: 'p', api_base_url: 'https://e.com/?k={Secret}', api_key: '{Secret}', models: ['m'], extra_headers: {{ a: '{Secret}' }} }}], Router: {{ default: 'p,m' }} }}");
        object[] shown = [config, config.Providers[0], config.Router, config.Router.Default!, new ConfigResult(config, [])];
        Assert.All(shown, o => Assert.DoesNotContain("SECRET", o.ToString(), StringComparison.Ordinal));
        Assert.Contains("p (OpenAIChat)", config.Providers[0].ToString(), StringComparison.Ordinal);
    }
}
