using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Configuration;

/// <summary>Files in the shapes that users of the Node, Rust and Go routers have.</summary>
public sealed class OtherRouterFileTests
{
    [Fact]
    public void A_full_file_of_the_Node_router_is_used_as_it_is()
    {
        const string Text =
            """
            {
              "APIKEY": "my-secret", "PROXY_URL": "http://127.0.0.1:7890", "LOG": true, "LOG_LEVEL": "debug",
              "API_TIMEOUT_MS": "600000", "NON_INTERACTIVE_MODE": false, "HOST": "0.0.0.0",
              "Providers": [
                { "name": "openrouter", "api_base_url": "https://openrouter.ai/api/v1/chat/completions", "api_key": "$OPENROUTER",
                  "models": ["google/gemini-2.5-pro-preview", "anthropic/claude-sonnet-4"], "transformer": { "use": ["openrouter"] } },
                { "name": "deepseek", "api_base_url": "https://api.deepseek.com/chat/completions", "api_key": "sk-d",
                  "models": ["deepseek-chat", "deepseek-reasoner"],
                  "transformer": { "use": ["deepseek"], "deepseek-chat": { "use": ["tooluse"] } } },
                { "name": "ollama", "api_base_url": "http://localhost:11434/v1/chat/completions", "api_key": "ollama", "models": ["qwen2.5-coder:latest"] },
                { "name": "gemini", "api_base_url": "https://generativelanguage.googleapis.com/v1beta/models/", "api_key": "g",
                  "models": ["gemini-2.5-flash"], "transformer": { "use": ["gemini"] } },
                { "name": "modelscope", "api_base_url": "https://api-inference.modelscope.cn/v1/chat/completions", "api_key": "",
                  "models": ["Qwen/Qwen3-Coder-480B"], "transformer": { "use": [["maxtoken", { "max_tokens": 65536 }], "enhancetool"],
                  "Qwen/Qwen3-235B-A22B-Thinking": { "use": ["reasoning"] } } },
                { "name": "anthropic-direct", "api_base_url": "https://relay.example/v1/messages", "api_key": "sk-a",
                  "models": ["claude-sonnet-4"], "transformer": { "use": ["Anthropic"] } },
              ],
              "Router": {
                "default": "deepseek,deepseek-chat", "background": "ollama,qwen2.5-coder:latest", "think": "deepseek,deepseek-reasoner",
                "longContext": "openrouter,google/gemini-2.5-pro-preview", "longContextThreshold": 60000,
                "webSearch": "gemini,gemini-2.5-flash", "image": "",
              },
              "fallback": { "default": ["anthropic-direct,claude-sonnet-4"], "think": ["openrouter,anthropic/claude-sonnet-4"] },
              "StatusLine": { "enabled": true, "currentStyle": "default" }, "transformers": [], "CUSTOM_ROUTER_PATH": "", "forceUseImageAgent": false,
            }
            """;
        var result = TestEnvironment.Read(Text, ("OPENROUTER", "sk-o"));
        Assert.NotNull(result.Config);
        var config = result.Config;
        Assert.Equal(("0.0.0.0", 3456, "my-secret", TimeSpan.FromMinutes(10)), (config.Host, config.Port, config.ApiKey, config.ApiTimeout));
        Assert.Equal(
            ["openrouter", "deepseek", "ollama", "gemini", "modelscope", "anthropic-direct"],
            config.Providers.Where(p => p.DisabledReason is null).Select(p => p.Name));
        Assert.Equal("sk-o", config.Providers[0].ApiKey);
        Assert.Equal(Dialect.Anthropic, config.FindProvider("anthropic-direct")!.Protocol);
        Assert.Equal("ollama,qwen2.5-coder:latest", config.Router.Background!.Name);
        Assert.Null(config.Router.Image);
        Assert.Equal("anthropic-direct,claude-sonnet-4", Assert.Single(config.Router.Fallback["default"]).Name);
        string[] noticed =
        [
            "NON_INTERACTIVE_MODE", "Providers[4].transformer.Qwen/Qwen3-235B-A22B-Thinking",
            "StatusLine", "transformers", "forceUseImageAgent",
        ];
        Assert.Equal(noticed.Order(), result.Problems.Select(p => p.Path).Order());
    }

    [Fact]
    public void The_file_that_the_Node_router_writes_at_its_first_start_is_valid()
    {
        var result = TestEnvironment.Read("""{"PORT":3456,"Providers":[],"Router":{}}""");
        Assert.NotNull(result.Config);
        Assert.Equal("Providers", Assert.Single(result.Problems).Path);
        Assert.Null(result.Config.Router.Default);
    }

    [Fact]
    public void A_file_of_the_Rust_router_is_used_and_what_has_no_effect_is_said()
    {
        const string Text =
            """
            { "Providers": [
                { "name": "zai", "api_base_url": "https://api.z.ai/api/coding/paas/v4", "api_key": "${ZAI}", "models": ["glm-5"], "tier_name": "ccr-glm",
                  "transformer": { "use": ["glm"] }, "pricing": { "input_per_million_tokens": 0.6, "output_per_million_tokens": 2.2 } },
                { "name": "minimax", "api_base_url": "https://api.minimax.io/anthropic/v1", "api_key": "${MM}", "models": ["MiniMax-M3"],
                  "protocol": "anthropic", "anthropic_version": "2023-06-01", "auth_header": "authorization", "extra_headers": { "X-Team": "core" },
                  "honor_ratelimit_headers": true } ],
              "Router": { "default": "zai,glm-5", "tiers": ["zai,glm-5", "minimax,MiniMax-M3"], "forceNonStreaming": false, "ignoreDirect": true,
                "webSearch": { "enabled": true, "search_provider": "minimax,MiniMax-M3" }, "tierRetries": { "ccr-glm": { "max_retries": 3 } } },
              "PORT": 3456, "HOST": "127.0.0.1", "API_TIMEOUT_MS": 600000, "POOL_MAX_IDLE_PER_HOST": 64, "SSE_BUFFER_SIZE": 32,
              "Persistence": { "mode": "none" }, "Presets": { "coding": { "route": "zai,glm-5" } } }
            """;
        var result = TestEnvironment.Read(Text, ("ZAI", "z"), ("MM", "m"));
        Assert.NotNull(result.Config);
        Assert.Equal("https://api.z.ai/api/coding/paas/v4/chat/completions", result.Config.Providers[0].BaseUrl.AbsoluteUri);
        Assert.Equal((0.6m, 2.2m), (result.Config.Providers[0].Pricing!.Input!.Amount, result.Config.Providers[0].Pricing!.Output!.Amount));
        var minimax = result.Config.Providers[1];
        Assert.Equal(("https://api.minimax.io/anthropic/v1/messages", true, "core"), (minimax.BaseUrl.AbsoluteUri, minimax.UseBearer, minimax.ExtraHeaders["X-Team"]));
        Assert.Equal(["zai,glm-5", "minimax,MiniMax-M3"], result.Config.Router.Tiers.Select(t => t.Name));
        Assert.Equal("minimax,MiniMax-M3", result.Config.Router.WebSearch!.Name);
        Assert.Equal((true, false, true), (result.Config.Router.IgnoreDirect, result.Config.Router.ForceNonStreaming, result.Config.Router.WebSearchTags));
        Assert.Equal("zai,glm-5", result.Config.Presets["coding"].Route.Name);
        string[] noticed =
        [
            "POOL_MAX_IDLE_PER_HOST", "Persistence", "SSE_BUFFER_SIZE",
        ];
        Assert.Equal(noticed.Order(), result.Problems.Select(p => p.Path).Order());
    }

    [Fact]
    public void A_file_of_the_Go_router_is_used_without_a_word()
    {
        const string Text =
            """
            { "HOST": "127.0.0.1", "PORT": 6970, "APIKEY": "",
              "Providers": [{ "name": "openrouter", "api_base_url": "https://openrouter.ai/api/v1/chat/completions", "api_key": "k", "models": ["a/b"] }],
              "Router": { "default": "openrouter,a/b", "think": "openrouter,a/b", "background": "openrouter,a/b", "longContext": "openrouter,a/b", "webSearch": "openrouter,a/b" } }
            """;
        var result = TestEnvironment.Read(Text);
        Assert.Empty(result.Problems);
        Assert.Equal((6970, null, 5), (result.Config!.Port, result.Config.ApiKey, result.Config.Router.RouteCount));
    }

    [Fact]
    public void The_example_file_is_valid_and_shows_every_setting()
    {
        var path = Path.Combine(Parts.Part.Repository, "config.example.json");
        var result = ConfigFile.Read(path, name => name.EndsWith("_API_KEY", StringComparison.Ordinal) ? "key" : null);
        Assert.Empty(result.Problems);
        Assert.True(result.Config!.Providers.Count >= 4);
        Assert.NotEmpty(result.Config.Router.Tiers);
        Assert.NotEmpty(result.Config.Router.Fallback);
        var text = File.ReadAllText(path);
        string[] leftOut = ["LOG", "anthropic_version", "transformer", "enabled", "search_provider"];
        var settings = KnownSettings.Top.Concat(KnownSettings.Provider).Concat(KnownSettings.Router).Where(s => s.InEffect).Select(s => s.Name);
        Assert.All(settings.Except(leftOut), name => Assert.Contains($"\"{name}\":", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_its_variables_the_example_only_loses_providers()
    {
        var result = ConfigFile.Read(Path.Combine(Parts.Part.Repository, "config.example.json"), TestEnvironment.None);
        Assert.Equal("ollama", Assert.Single(result.Config!.Providers, p => p.DisabledReason is null).Name);
    }
}
