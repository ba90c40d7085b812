using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Configuration;

/// <summary>One row per thing that can be wrong: the file, then the whole line that a person sees.</summary>
public sealed class ConfigMessageTests
{
    private const string Good = "{ name: 'p', api_base_url: 'https://example.com/v1', models: ['m'] }";

    public static TheoryData<string, string> Errors => new()
    {
        { "[]", "c:1: the file must hold an object { … }, but holds an array" },
        { "\n'x'", "c:2: the file must hold an object { … }, but holds a string" },
        { "{\n Providers: {} }", "c:2 Providers: must be an array [ … ], but is an object" },
        { "{\n Providers: [\n 'x'] }", "c:3 Providers[0]: must be an object { … }, but is a string" },
        { Provider("api_base_url: 'https://e.com', models: ['m']"), "c:3 Providers[0].name: missing: name the provider, for example \"deepseek\"" },
        { Provider("name: '', api_base_url: 'https://e.com', models: ['m']"), "c:3 Providers[0].name: missing: name the provider, for example \"deepseek\"" },
        { Provider("name: ' ', api_base_url: 'https://e.com', models: ['m']"), "c:3 Providers[0].name: empty: name the provider, for example \"deepseek\"" },
        { Provider("name: 7, api_base_url: 'https://e.com', models: ['m']"), "c:3 Providers[0].name: must be a string, but is a number" },
        { Provider("name: 'a,b', api_base_url: 'https://e.com', models: ['m']"), "c:3 Providers[0].name: must not contain a comma: routes are written \"provider,model\"" },
        { Provider("name: 'p', models: ['m']"), "c:3 Providers[0].api_base_url: missing: give the provider's address, for example \"https://api.deepseek.com/v1\"" },
        { Provider("name: 'p',\napi_base_url: 'api.deepseek.com', models: ['m']"), "c:4 Providers[0].api_base_url: must begin with https:// or http://, for example \"https://api.deepseek.com/v1\"" },
        { Provider("name: 'p', api_base_url: 'https://', models: ['m']"), "c:3 Providers[0].api_base_url: is not a valid address, for example \"https://api.deepseek.com/v1\"" },
        { Provider("name: 'p', api_base_url: 'https://a b/', models: ['m']"), "c:3 Providers[0].api_base_url: is not a valid address, for example \"https://api.deepseek.com/v1\"" },
        { Provider("name: 'p', api_base_url: 'https://u:p@e.com', models: ['m']"), "c:3 Providers[0].api_base_url: must not hold a user name or password; use api_key or extra_headers" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: 'm'"), "c:3 Providers[0].models: must be an array [ … ], but is a string" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m',\n3]"), "c:4 Providers[0].models[1]: must be a string, but is a number" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m',\n'']"), "c:4 Providers[0].models[1]: empty: name a model, or remove the entry" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], api_key: 5"), "c:3 Providers[0].api_key: must be a string, but is a number" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], api_key: 'a\\nb'"), "c:3 Providers[0].api_key: holds a character that no header can carry; check it for line breaks and typographic characters" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], protocol: 'grpc'"), "c:3 Providers[0].protocol: must be \"anthropic\", \"openai\", \"openai-responses\" or \"gemini\"" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], auth_header: 'cookie'"), "c:3 Providers[0].auth_header: must be \"x-api-key\" or \"bearer\"; for another header use extra_headers" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], extra_headers: []"), "c:3 Providers[0].extra_headers: must be an object { … }, but is an array" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], extra_headers: {\n'a b': 'x'}"), "c:4 Providers[0].extra_headers.a b: is not a header name: letters, digits and hyphens only" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], extra_headers: {'content-length': '5'}"), "c:3 Providers[0].extra_headers.content-length: cannot be set: it belongs to the connection" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], extra_headers: {a: 'x\\r\\ny'}"), "c:3 Providers[0].extra_headers.a: holds a character that no header can carry" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], extra_headers: {a: ''}"), "c:3 Providers[0].extra_headers.a: empty: give the header a value, or remove it" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], extra_headers: {a: 1}"), "c:3 Providers[0].extra_headers.a: must be a string, but is a number" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: 'openrouter'"), "c:3 Providers[0].transformer: must be an object { … }, but is a string" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {use: 'openrouter'}"), "c:3 Providers[0].transformer.use: must be an array of names, but is a string" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {use: [{}]}"), "c:3 Providers[0].transformer.use[0]: must be a name or [\"name\", { options }]" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {use: [['maxtoken', {max_token: 5}]]}"), "c:3 Providers[0].transformer.use[0].max_token: the transformer \"maxtoken\" has no such option; it has max_tokens" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {use: [['maxtoken', {max_tokens: 'many'}]]}"), "c:3 Providers[0].transformer.use[0].max_tokens: must be a number of 0 or more, but is a string" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {use: [['toolcompress', {level: 'most'}]]}"), "c:3 Providers[0].transformer.use[0].level: must be one of low, medium, high" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {use: [['identity', {a: 1}]]}"), "c:3 Providers[0].transformer.use[0].a: the transformer \"identity\" has no options" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], extra_body: {model: 'x'}"), "c:3 Providers[0].extra_body.model: cannot be set: routes name the model" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], extra_body: 1"), "c:3 Providers[0].extra_body: must be an object { … }, but is a number" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], model_settings: {m: 1}"), "c:3 Providers[0].model_settings.m: must be an object, but is a number" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {m: []}"), "c:3 Providers[0].transformer.m: must be an object with \"use\", but is an array" },
        { $"{{ Providers: [{Good},\n {{ name: 'P', api_base_url: 'https://e.com', models: ['m'] }}] }}", "c:2 Providers[1].name: the name \"P\" is taken by the provider of line 1; names must differ by more than case" },
        { $"{{ Providers: [{Good}],\n Router: 'p,m' }}", "c:2 Router: must be an object { … }, but is a string" },
        { Router("default: 'm'"), "c:2 Router.default: \"m\" is not a route: write \"provider,model\", for example \"p,m\"" },
        { Router("default: 'p'"), "c:2 Router.default: \"p\" is not a route: write \"provider,model\", for example \"p,m\"" },
        { Router("default: 'p,'"), "c:2 Router.default: \"p,\" is not a route: write \"provider,model\", for example \"p,m\"" },
        { Router("default: ',m'"), "c:2 Router.default: \",m\" is not a route: write \"provider,model\", for example \"p,m\"" },
        { Router("default: 'p/m'"), "c:2 Router.default: \"p/m\" is not a route: write \"provider,model\", for example \"p,m\"" },
        { Router("default: ['p,m']"), "c:2 Router.default: must be a string, but is an array" },
        { Router("default: 'p,m', think: 'openai,gpt'"), "c:2 Router.think: the route \"openai,gpt\" names no known provider; known providers: \"p\"" },
        { Router("default: 'pp,m'"), "c:2 Router.default: the route \"pp,m\" names no known provider; did you mean \"p\"? Known providers: \"p\"" },
        { "{ Providers: [],\n Router: { default: 'p,m' } }", "c:2 Router.default: the route \"p,m\" names no known provider; Providers has none" },
        { Router("default: 'p,m', longContextThreshold: 'many'"), "c:2 Router.longContextThreshold: must be a whole number from 1 to 2147483647" },
        { Router("default: 'p,m', longContextThreshold: true"), "c:2 Router.longContextThreshold: must be a whole number from 1 to 2147483647, but is true or false" },
        { Router("default: 'p,m', tiers: 'p,m'"), "c:2 Router.tiers: must be an array [ … ], but is a string" },
        { Router("default: 'p,m', tiers: ['p,m',\n'x']"), "c:3 Router.tiers[1]: \"x\" is not a route: write \"provider,model\", for example \"p,m\"" },
        { Router("default: 'p,m', webSearch: {enabled: true}"), "c:2 Router.webSearch.search_provider: missing: give the route for requests with a web search tool, \"provider,model\"" },
        { Router("default: 'p,m', webSearch: {enabled: 'maybe', search_provider: 'p,m'}"), "c:2 Router.webSearch.enabled: must be true or false" },
        { Top("fallback: ['p,m']"), "c:2 fallback: must be an object { … }, but is an array" },
        { Top("fallback: { think: 'p,m' }"), "c:2 fallback.think: must be an array [ … ], but is a string" },
        { Top("fallback: { default: ['p,m', 'q,m'] }"), "c:2 fallback.default[1]: the route \"q,m\" names no known provider; did you mean \"p\"? Known providers: \"p\"" },
        { Top("PORT: 70000"), "c:2 PORT: must be a whole number from 1 to 65535" },
        { Top("PORT: 0"), "c:2 PORT: must be a whole number from 1 to 65535" },
        { Top("PORT: 34.5"), "c:2 PORT: must be a whole number from 1 to 65535" },
        { Top("PORT: 'x'"), "c:2 PORT: must be a whole number from 1 to 65535" },
        { Top("PORT: NaN"), "c:2 PORT: must be a whole number from 1 to 65535" },
        { Top("PORT: []"), "c:2 PORT: must be a whole number from 1 to 65535, but is an array" },
        { Top("HOST: 'my-host.example'"), "c:2 HOST: must be an IP address or \"localhost\": \"127.0.0.1\" for this machine only, \"0.0.0.0\" for every address" },
        { Top("APIKEY: 123"), "c:2 APIKEY: must be a string, but is a number" },
        { Top("APIKEY: 'two words'"), "c:2 APIKEY: holds a space or a character that no header can carry" },
        { Top("APIKEY: '$NOT_SET'"), "c:2 APIKEY: the environment variable NOT_SET is not set or empty; set it before ccr starts, or write the value here" },
        { Router("default: '${ROUTE}'"), "c:2 Router.default: the environment variable ROUTE is not set or empty; set it before ccr starts, or write the value here" },
        { Top("API_TIMEOUT_MS: -1"), "c:2 API_TIMEOUT_MS: must be a whole number from 1 to 2147483647" },
        { Top("MAX_BODY_BYTES: '64MB'"), "c:2 MAX_BODY_BYTES: must be a whole number from 1024 to 1073741824" },
        { Top("PROXY_URL: '127.0.0.1:7890'"), "c:2 PROXY_URL: is not the address of a proxy, for example \"http://127.0.0.1:7890\" or \"socks5://127.0.0.1:1080\"" },
        { Top("LOG: 'loud'"), "c:2 LOG: must be true or false" },
        { Top("LOG: 1"), "c:2 LOG: must be true or false" },
        { Top("LOG_LEVEL: 'loud'"), "c:2 LOG_LEVEL: must be trace, debug, info, warn, error, fatal or silent" },
        { "{\n PORT: 1\n HOST: 'x' }", "c:2 PORT: expected ',' or '}' after the value, found 'H' (column 1)" },
    };

    public static TheoryData<string, string> Warnings => new()
    {
        { "{}", "c:1 Providers: warning: no providers: every request will get an error; add one with name, api_base_url, api_key and models" },
        { "{ PORT: 3456,\n Providers: [], Router: {} }", "c:2 Providers: warning: no providers: every request will get an error; add one with name, api_base_url, api_key and models" },
        { Provider("name: 'p', api_base_url: 'https://e.com', api_key: '$P_KEY', models: ['m']"), "c:3 Providers[0].api_key: warning: the environment variable P_KEY is not set or empty; set it before ccr starts, or write the value here; until then the provider is disabled" },
        { Provider("name: 'p', api_base_url: 'https://e.com'"), "c:3 Providers[0].models: warning: no models: list them as the provider spells them, so that routes can be checked and clients can see them" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: []"), "c:3 Providers[0].models: warning: no models: list them as the provider spells them, so that routes can be checked and clients can see them" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], auth_header: 'x-api-key'"), "c:3 Providers[0].auth_header: warning: has no effect with the OpenAI protocol, which sends Authorization: Bearer; use extra_headers for another header" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], tokenizer: {default: {type: 'huggingface', model: 'x/y'}}"), "c:3 Providers[0].tokenizer.default.type: warning: \"huggingface\" tokenizers are not read: counts use cl100k_base, multiplied by a factor learned from the usage that the provider reports; or set calibration" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], tokenizer: {models: {n: {type: 'tiktoken'}}}"), "c:3 Providers[0].tokenizer.models.n: warning: is no model of this provider; did you mean \"m\"?" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], api_kee: 'k'"), "c:3 Providers[0].api_kee: warning: unknown setting, ignored; did you mean \"api_key\"?" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {use: ['Rovo-CLI']}"), "c:3 Providers[0].transformer.use[0]: warning: the transformer \"Rovo-CLI\" is a script of another router; scripts are not run, and requests go out without it" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {m: {use: ['gemini']}}"), "c:3 Providers[0].transformer.m.use[0]: warning: the transformer \"gemini\" chooses a protocol, which a provider has for all its models; for this model make a provider of its own" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['m'], model_settings: {n: {}}"), "c:3 Providers[0].model_settings.n: warning: is no model of this provider; did you mean \"m\"?" },
        { Provider("name: 'p', api_base_url: 'https://e.com', models: ['model-1'], transformer: {'model-2': {}}"), "c:3 Providers[0].transformer.model-2: warning: is neither \"use\" nor a model of this provider; did you mean \"model-1\"?" },
        { $"{{ transformers: [], Providers: [\n{{ name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {{use: ['mine']}} }}] }}", "c:2 Providers[0].transformer.use[0]: warning: the transformer \"mine\" is not built in, and custom transformers are not in effect in this version" },
        { $"{{\n Providers: [{Good}] }}", "c:1 Router.default: warning: no default route: a request that no other route takes gets an error; write \"provider,model\"" },
        { Router("default: ''"), "c:2 Router.default: warning: no default route: a request that no other route takes gets an error; write \"provider,model\"" },
        { Router("default: 'p,m2'"), "c:2 Router.default: warning: the route \"p,m2\" names a model that the provider \"p\" does not list; it is sent as written; did you mean \"m\"?" },
        { Router("default: 'p,m', routingTemperature: 3"), "c:2 Router.routingTemperature: warning: a setting of another router that is not in effect in this version; it changes nothing" },
        { Router("default: 'p,m', thnik: 'p,m'"), "c:2 Router.thnik: warning: unknown setting, ignored; did you mean \"think\"?" },
        { Router("default: 'p,m', default: 'p,m'"), "c:2 Router.default: warning: set again on line 2; that one counts, remove the other" },
        { Top("fallback: { longcontext: ['p,m'] }"), "c:2 fallback.longcontext: warning: unknown setting, ignored; did you mean \"longContext\"?" },
        { Top("HOST: '0.0.0.0'"), "c:2 HOST: warning: without APIKEY anyone on the network could spend your keys, so ccr listens on 127.0.0.1 only; set APIKEY to open it" },
        { Top("StatusLine: {}"), "c:2 StatusLine: warning: a setting of another router that is not in effect in this version; it changes nothing" },
        { Top("Port: 1"), "c:2 Port: warning: unknown setting, ignored; did you mean \"PORT\"?" },
        { Top("zzzzzzzz: 1"), "c:2 zzzzzzzz: warning: unknown setting, ignored" },
        { Top("'a\\u001b[31mb\\u202e': 1"), "c:2 a�[31mb�: warning: unknown setting, ignored" },
        { Top("HTTPS_PROXY: 'http://a',\nPROXY_URL: 'http://b'"), "c:2 HTTPS_PROXY: warning: set again on line 3; that one counts, remove the other" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void An_error_names_line_setting_and_remedy(string text, string expected)
    {
        var result = TestEnvironment.Read(text);
        Assert.Null(result.Config);
        Assert.Contains(expected, result.Problems.Where(p => p.IsError).Select(p => p.Describe("c")));
        // One mistake, one error: nothing is reported that only follows from it.
        Assert.Single(result.Problems, p => p.IsError);
    }

    [Theory]
    [MemberData(nameof(Warnings))]
    public void A_warning_names_line_setting_and_effect_and_the_file_is_used(string text, string expected)
    {
        var result = TestEnvironment.Read(text);
        Assert.NotNull(result.Config);
        Assert.Contains(expected, result.Problems.Select(p => p.Describe("c")));
    }

    [Theory]
    [InlineData("deepseak", "; did you mean \"deepseek\"? Known names: anthropic, ")]
    [InlineData("gemin", "; did you mean \"gemini\"? Known names: anthropic, ")]
    [InlineData("my-own-thing", "; known names: anthropic, anthropic-to-openai, cerebras, ")]
    public void An_unknown_transformer_is_an_error_that_lists_the_known_ones(string name, string expected)
    {
        var result = TestEnvironment.Read(Provider($"name: 'p', api_base_url: 'https://e.com', models: ['m'], transformer: {{use: ['{name}']}}"));
        var error = Assert.Single(result.Problems, p => p.IsError);
        Assert.StartsWith($"unknown transformer \"{name}\"{expected}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("vertex-openai, zai", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_file_has_no_problems() => Assert.Empty(TestEnvironment.Read(Top("PORT: 1")).Problems);

    [Fact]
    public void Problems_come_in_the_order_of_the_file_and_nonsense_does_not_flood()
    {
        var text = "{" + string.Join(",\n", Enumerable.Range(0, 5_000).Select(i => $"'nonsense {i}': 1")) + "}";
        var problems = TestEnvironment.Read(text).Problems;
        Assert.Equal(101, problems.Count);
        Assert.Equal(Enumerable.Range(1, 100), problems.Take(100).Select(p => p.Line));
        Assert.Equal("4901 more problems are not shown", problems[100].Message);
    }

    private static string Provider(string settings) => $"{{\n Providers: [\n {{ {settings} }}] }}";

    private static string Router(string settings) => $"{{ Providers: [{Good}],\n Router: {{ {settings} }} }}";

    private static string Top(string setting) => $"{{ Providers: [{Good}], Router: {{ default: 'p,m' }},\n {setting} }}";
}
