using System.Text.Json.Nodes;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Chaos;

/// <summary>The proxy's configuration in a chaos run: three tiers of three dialects, limits of seconds, and a long-context rule that asks the tokenizer about every request.</summary>
internal static class ChaosConfig
{
    private const int StageMs = 4000;
    private const int LongContextTokens = 400;

    /// <summary>Writes it.</summary>
    public static string Write(Uri simulator)
    {
        var providers = new JsonArray();
        var retries = new JsonObject();
        foreach (var tier in ChaosTier.All)
        {
            providers.Add(new JsonObject
            {
                ["name"] = tier.Name,
                ["api_base_url"] = new Uri(simulator, WireConversation.PathOf(tier.Dialect)).ToString(),
                ["api_key"] = "bench",
                ["protocol"] = tier.Dialect switch { WireDialect.Messages => "anthropic", WireDialect.Chat => "openai", _ => "openai-responses" },
                ["models"] = new JsonArray(tier.Model),
            });
            retries[tier.Name] = new JsonObject { ["max_retries"] = 1, ["base_backoff_ms"] = 100, ["backoff_multiplier"] = 2.0, ["max_backoff_ms"] = 1000 };
        }

        var routes = ChaosTier.All.Select(t => t.Route).ToList();
        return new JsonObject
        {
            ["LOG"] = false,
            ["Providers"] = providers,
            ["Router"] = new JsonObject
            {
                ["default"] = routes[0],
                ["longContext"] = routes[1],
                ["longContextThreshold"] = LongContextTokens,
                ["tierRetries"] = retries,
            },
            ["fallback"] = new JsonObject { ["default"] = new JsonArray(routes[1], routes[2]), ["longContext"] = new JsonArray(routes[0], routes[2]) },
            ["Timeouts"] = new JsonObject
            {
                ["connectMs"] = StageMs,
                ["responseHeadersMs"] = StageMs,
                ["firstEventMs"] = StageMs,
                ["firstContentMs"] = StageMs,
                ["idleMs"] = StageMs,
                ["totalMs"] = 60_000,
            },
            ["Breaker"] = new JsonObject { ["failures"] = 5, ["openMs"] = 3000 },
            ["Rescue"] = new JsonObject { ["enabled"] = true },
            ["Hedge"] = new JsonObject { ["enabled"] = false },
        }.ToJsonString();
    }
}
