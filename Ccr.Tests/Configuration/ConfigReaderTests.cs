using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.Configuration;

public sealed class ConfigReaderTests
{
    [Fact]
    public void Everything_has_its_documented_default()
    {
        var config = TestEnvironment.ReadValid("{ Providers: [{ name: 'p', api_base_url: 'https://e.com', models: ['m'] }], Router: { default: 'p,m' } }");
        Assert.Equal(("config.json", false, "127.0.0.1", 3456), (config.Source, config.IsDemo, config.Host, config.Port));
        Assert.Equal((null, TimeSpan.FromMinutes(10), null, 64L << 20, LogLevel.Information), (config.ApiKey, config.ApiTimeout, config.ProxyUrl, config.MaxBodyBytes, config.LogLevel));
        var provider = Assert.Single(config.Providers);
        Assert.Equal((null, "2023-06-01", false, null), (provider.ApiKey, provider.AnthropicVersion, provider.UseBearer, provider.DisabledReason));
        Assert.Empty(provider.ExtraHeaders);
        Assert.Equal(60_000, config.Router.LongContextThreshold);
        Assert.Empty(config.Router.Tiers);
        Assert.Empty(config.Router.Fallback);
        Assert.Equal(1, config.Router.RouteCount);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var config = TestEnvironment.ReadValid(
            """
            {
              HOST: '0.0.0.0', PORT: '8080', APIKEY: 'k', API_TIMEOUT_MS: "1500", PROXY_URL: 'socks5://127.0.0.1:1080',
              LOG: true, LOG_LEVEL: 'warn', MAX_BODY_BYTES: 2048,
              Providers: [
                { name: 'A', api_base_url: 'https://a.example/anthropic', api_key: ' key-a\n', models: ['One', 'two', 'two'], protocol: 'Anthropic',
                  anthropic_version: '2024-01-01', auth_header: 'Authorization', extra_headers: { 'X-One': '1', 'x-two': '2' } },
                { name: 'b', api_base_url: 'http://localhost:1/v1?api-version=7', models: ['m,1'] },
              ],
              Router: {
                default: 'a,ONE', background: 'b,m,1', think: 'a , two', longContext: 'a,two', longContextThreshold: 9,
                webSearch: 'b,m,1', image: 'a,One', tiers: ['a,One', 'b,m,1'],
              },
              fallback: { default: ['b,m,1', 'a,two'], longContext: [] , image: ['a,two'] },
            }
            """);
        Assert.Equal(("0.0.0.0", 8080, "k"), (config.Host, config.Port, config.ApiKey));
        Assert.Equal((TimeSpan.FromSeconds(1.5), "socks5://127.0.0.1:1080/", 2048L, LogLevel.Warning), (config.ApiTimeout, config.ProxyUrl?.AbsoluteUri, config.MaxBodyBytes, config.LogLevel));
        var a = config.Providers[0];
        Assert.Equal(("A", "https://a.example/anthropic/v1/messages", "key-a", Dialect.Anthropic), (a.Name, a.BaseUrl.AbsoluteUri, a.ApiKey, a.Protocol));
        Assert.Equal(["One", "two"], a.Models);
        Assert.Equal(("2024-01-01", true), (a.AnthropicVersion, a.UseBearer));
        Assert.Equal(("1", "2"), (a.ExtraHeaders["x-one"], a.ExtraHeaders["X-TWO"]));
        Assert.Equal(("http://localhost:1/v1/chat/completions?api-version=7", Dialect.OpenAIChat), (config.Providers[1].BaseUrl.AbsoluteUri, config.Providers[1].Protocol));
        var router = config.Router;
        RouteTarget?[] scenarios = [router.Default, router.Background, router.Think, router.LongContext, router.WebSearch, router.Image];
        Assert.Equal(["A,One", "b,m,1", "A,two", "A,two", "b,m,1", "A,One"], scenarios.Select(r => r!.Name));
        Assert.Same(a, router.Default!.Provider);
        Assert.Equal(9, router.LongContextThreshold);
        Assert.Equal(["A,One", "b,m,1"], router.Tiers.Select(r => r.Name));
        Assert.Equal(["default", "image"], router.Fallback.Keys.Order());
        Assert.Equal(["b,m,1", "A,two"], router.Fallback["default"].Select(r => r.Name));
        Assert.Equal(11, router.RouteCount);
    }

    [Theory]
    [InlineData("LOG: false", LogLevel.None)]
    [InlineData("LOG: 'false', LOG_LEVEL: 'debug'", LogLevel.None)]
    [InlineData("LOG_LEVEL: 'trace'", LogLevel.Trace)]
    [InlineData("LOG_LEVEL: 'DEBUG'", LogLevel.Debug)]
    [InlineData("LOG_LEVEL: 'info'", LogLevel.Information)]
    [InlineData("LOG_LEVEL: 'error'", LogLevel.Error)]
    [InlineData("LOG_LEVEL: 'fatal'", LogLevel.Critical)]
    [InlineData("LOG_LEVEL: 'silent'", LogLevel.None)]
    [InlineData("LOG_LEVEL: ''", LogLevel.Information)]
    public void Log_levels_have_the_names_of_the_Node_router(string settings, LogLevel expected) =>
        Assert.Equal(expected, TestEnvironment.ReadValid($"{{ {settings} }}").LogLevel);

    [Theory]
    [InlineData("https://api.deepseek.com/v1", "", "https://api.deepseek.com/v1/chat/completions", Dialect.OpenAIChat)]
    [InlineData("https://api.deepseek.com/v1/", "", "https://api.deepseek.com/v1/chat/completions", Dialect.OpenAIChat)]
    [InlineData("https://api.deepseek.com", "", "https://api.deepseek.com/chat/completions", Dialect.OpenAIChat)]
    [InlineData("https://e.com/chat/completions", "", "https://e.com/chat/completions", Dialect.OpenAIChat)]
    [InlineData("https://e.com/Chat/Completions/?v=1#x", "", "https://e.com/Chat/Completions?v=1", Dialect.OpenAIChat)]
    [InlineData("https://api.anthropic.com", "", "https://api.anthropic.com/v1/messages", Dialect.Anthropic)]
    [InlineData("https://API.anthropic.com/v1", "", "https://api.anthropic.com/v1/messages", Dialect.Anthropic)]
    [InlineData("https://api.anthropic.com/v1/messages", "", "https://api.anthropic.com/v1/messages", Dialect.Anthropic)]
    [InlineData("https://e.com/apps/messages/", "", "https://e.com/apps/messages", Dialect.Anthropic)]
    [InlineData("https://e.com/anthropic", ", transformer: { use: ['ANTHROPIC'] }", "https://e.com/anthropic/v1/messages", Dialect.Anthropic)]
    [InlineData("https://e.com/anthropic", ", transformer: { use: [['Anthropic', {}]] }", "https://e.com/anthropic/v1/messages", Dialect.Anthropic)]
    [InlineData("https://e.com/v1", ", transformer: { m: { use: ['Anthropic'] } }", "https://e.com/v1/chat/completions", Dialect.OpenAIChat)]
    [InlineData("https://e.com/v1", ", protocol: 'anthropic'", "https://e.com/v1/messages", Dialect.Anthropic)]
    [InlineData("https://api.anthropic.com/v1", ", protocol: 'openai', transformer: { use: ['Anthropic'] }", "https://api.anthropic.com/v1/chat/completions", Dialect.OpenAIChat)]
    [InlineData("https://notapi.anthropic.com.evil.example/v1", "", "https://notapi.anthropic.com.evil.example/v1/chat/completions", Dialect.OpenAIChat)]
    [InlineData("https://api.openai.com/v1/responses", "", "https://api.openai.com/v1/responses", Dialect.OpenAIResponses)]
    [InlineData("https://api.openai.com/v1", ", transformer: { use: ['openai-responses'] }", "https://api.openai.com/v1/responses", Dialect.OpenAIResponses)]
    [InlineData("https://api.openai.com/v1", ", protocol: 'OpenAI-Responses'", "https://api.openai.com/v1/responses", Dialect.OpenAIResponses)]
    [InlineData("https://generativelanguage.googleapis.com/v1beta/models/", "", "https://generativelanguage.googleapis.com/v1beta/models", Dialect.Gemini)]
    [InlineData("https://generativelanguage.googleapis.com", "", "https://generativelanguage.googleapis.com/v1beta/models", Dialect.Gemini)]
    [InlineData("https://generativelanguage.googleapis.com/v1beta/openai", "", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", Dialect.OpenAIChat)]
    [InlineData("https://e.com/v1beta", ", protocol: 'gemini'", "https://e.com/v1beta/models", Dialect.Gemini)]
    [InlineData("https://e.com", ", transformer: { use: ['GEMINI'] }", "https://e.com/v1beta/models", Dialect.Gemini)]
    [InlineData("https://l-aiplatform.googleapis.com", ", transformer: { use: [['vertex-gemini', { project: 'p1', location: 'l' }]] }", "https://l-aiplatform.googleapis.com/v1/projects/p1/locations/l/publishers/google/models", Dialect.Gemini)]
    [InlineData("https://l-aiplatform.googleapis.com/v1/projects/p1/locations/l", ", transformer: { use: ['vertex-claude'] }", "https://l-aiplatform.googleapis.com/v1/projects/p1/locations/l/publishers/anthropic/models", Dialect.Anthropic)]
    [InlineData("http://[::1]:8080/v1", "", "http://[::1]:8080/v1/chat/completions", Dialect.OpenAIChat)]
    public void Protocol_and_endpoint_follow_the_documented_rules(string url, string more, string endpoint, object protocol)
    {
        var provider = TestEnvironment.ReadValid($"{{ Providers: [{{ name: 'p', models: ['m'], api_base_url: '{url}'{more} }}] }}").Providers[0];
        Assert.Equal((endpoint, protocol), (provider.BaseUrl.AbsoluteUri, provider.Protocol));
    }

    [Fact]
    public void An_unset_variable_disables_its_provider_and_nothing_else()
    {
        const string Text =
            """
            { Providers: [
                { name: 'off', api_base_url: 'https://$OFF_HOST/v1', api_key: '$OFF_KEY', models: ['m'], extra_headers: { x: 'a' } },
                { name: 'on', api_base_url: 'https://${ON_HOST}/v1', api_key: 'k-$ON_KEY', models: ['${ON_MODEL}', 'm'], extra_headers: { 'X-Key': '$ON_KEY' } } ],
              Router: { default: 'on,from-environment', think: 'off,m' }, fallback: { default: ['off,m'] } }
            """;
        var config = TestEnvironment.ReadValid(Text, ("ON_HOST", "on.example"), ("ON_KEY", "on-key"), ("ON_MODEL", "from-environment"));
        Assert.Equal("the environment variables OFF_KEY, OFF_HOST are not set or empty", config.Providers[0].DisabledReason);
        Assert.Null(config.Providers[0].ApiKey);
        Assert.Null(config.FindProvider("OFF"));
        // The route stays, so that a request can be told why it cannot be served.
        Assert.Same(config.Providers[0], config.Router.Think!.Provider);
        var on = config.FindProvider("ON")!;
        Assert.Equal(("https://on.example/v1/chat/completions", "k-on-key", "on-key"), (on.BaseUrl.AbsoluteUri, on.ApiKey, on.ExtraHeaders["X-Key"]));
        Assert.Equal("on,from-environment", config.Router.Default!.Name);
    }

    [Fact]
    public void Transformers_are_made_with_their_options_for_the_provider_and_for_a_model()
    {
        var provider = TestEnvironment.ReadValid("{ Providers: [{ name: 'p', models: ['m', 'n'], api_base_url: 'https://e.com', transformer: { use: ['OpenRouter', ['MaxToken', { max_tokens: 5 }]], n: { use: [[['sampling', { temperature: 1 }]], 'tooluse'] } } }] }").Providers[0];
        Assert.Equal(2, provider.Transformers.Count);
        Assert.Equal(2, provider.ModelSettings["N"].Transformers.Count);
        Assert.False(provider.ModelSettings.ContainsKey("m"));
    }

    [Fact]
    public void Extra_body_and_headers_are_read_for_the_provider_and_for_a_model()
    {
        var provider = TestEnvironment.ReadValid("{ Providers: [{ name: 'p', models: ['m'], api_base_url: 'https://e.com', extra_body: { a: { b: [1, 1.5, true, null, '$WORD'] } }, model_settings: { m: { extra_body: { c: 'd' }, extra_headers: { 'x-a': 'b' } } } }] }", ("WORD", "w")).Providers[0];
        Assert.Equal("""{"a":{"b":[1,1.5,true,null,"w"]}}""", provider.ExtraBody!.ToJsonString());
        Assert.Equal("""{"c":"d"}""", provider.ModelSettings["m"].ExtraBody!.ToJsonString());
        Assert.Equal("b", provider.ModelSettings["m"].ExtraHeaders["X-A"]);
    }

    [Theory]
    [InlineData("{ enabled: true, search_provider: 'p,m' }", "p,m")]
    [InlineData("{ enabled: false, search_provider: 'p,m' }", null)]
    [InlineData("{ search_provider: 'p,m' }", null)]
    [InlineData("{}", null)]
    [InlineData("'p,m'", "p,m")]
    [InlineData("''", null)]
    [InlineData("null", null)]
    public void WebSearch_is_a_route_or_the_object_of_the_Rust_router(string value, string? expected)
    {
        var config = TestEnvironment.ReadValid($"{{ Providers: [{{ name: 'p', models: ['m'], api_base_url: 'https://e.com' }}], Router: {{ default: 'p,m', webSearch: {value} }} }}");
        Assert.Equal(expected, config.Router.WebSearch?.Name);
    }

    [Theory]
    [InlineData("0.0.0.0", null, "127.0.0.1")]
    [InlineData("::", null, "127.0.0.1")]
    [InlineData("192.168.1.5", null, "127.0.0.1")]
    [InlineData("127.0.0.2", null, "127.0.0.2")]
    [InlineData("::1", null, "::1")]
    [InlineData("LocalHost", null, "LocalHost")]
    [InlineData("0.0.0.0", "key", "0.0.0.0")]
    public void Without_a_key_only_loopback_is_bound(string host, string? key, string expected)
    {
        var config = TestEnvironment.ReadValid($"{{ HOST: '{host}', APIKEY: {(key is null ? "null" : $"'{key}'")} }}");
        Assert.Equal(expected, config.Host);
    }

    [Fact]
    public void SERVICE_PORT_takes_precedence_as_in_the_Node_router()
    {
        Assert.Equal(4000, TestEnvironment.ReadValid("{ PORT: 5000 }", ("SERVICE_PORT", "4000")).Port);
        var result = TestEnvironment.Read("{\nPORT: 5000 }", ("SERVICE_PORT", "no"));
        Assert.Equal("c:2 PORT: the environment variable SERVICE_PORT, which takes precedence, must be a whole number from 1 to 65535",
            Assert.Single(result.Problems, p => p.IsError).Describe("c"));
    }

    [Theory]
    [InlineData("HTTPS_PROXY")]
    [InlineData("https_proxy")]
    [InlineData("httpsProxy")]
    [InlineData("PROXY_URL")]
    public void The_proxy_has_the_spellings_of_the_Node_router(string name) =>
        Assert.Equal("http://proxy.example:8080/", TestEnvironment.ReadValid($"{{ {name}: 'http://proxy.example:8080' }}").ProxyUrl!.AbsoluteUri);

    [Fact]
    public void Mutated_files_are_read_or_refused_but_never_break_the_reader()
    {
        var random = new Random(77);
        var original = File.ReadAllText(Path.Combine(Parts.Part.Repository, "config.example.json"));
        var refused = 0;
        for (var i = 0; i < 1_500; i++)
        {
            var text = original.ToCharArray().ToList();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0: text.RemoveAt(at); break;
                    case 1: text.Insert(at, "{}[],:\"'\\/*$x0-\n\0"[random.Next(17)]); break;
                    default: text.RemoveRange(at, Math.Min(text.Count - at, random.Next(40))); break;
                }
            }

            var result = TestEnvironment.Read(new string([.. text]));
            Assert.Equal(result.Config is null, result.Problems.Any(p => p.IsError));
            Assert.All(result.Problems, p => Assert.InRange(p.Line, 0, 200));
            refused += result.Config is null ? 1 : 0;
        }

        // Both outcomes must have been met, or the edits were too many or too few to prove anything.
        Assert.InRange(refused, 150, 1_450);
    }
}
