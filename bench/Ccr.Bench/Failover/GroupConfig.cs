using System.Text.Json;
using System.Text.Json.Nodes;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary>The configuration of a group's proxy: a primary provider for each cell, one fallback, one provider with a longer context.</summary>
internal static class GroupConfig
{
    /// <summary>Limits short enough that the bench is quick, and long enough for a busy machine.</summary>
    public const int StageMs = 3000;

    /// <summary>How long a breaker stays open: with the outage of S15 that leaves room for two probes.</summary>
    public const int OpenMs = 2600;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes it.</summary>
    public static string Write(CellGroup group, IEnumerable<Cell> cells, Uri simulator)
    {
        var providers = new JsonArray();
        var retries = new JsonObject();
        foreach (var cell in cells.Where(c => c.Group == group))
        {
            providers.Add(Provider(cell.Primary, cell.PrimaryModel, group.Upstream, simulator));
            // In S15 it is the breaker that is looked at: a second try is enough.
            retries[cell.Primary] = new JsonObject
            {
                ["max_retries"] = cell.Scenario.Requests > 1 ? 1 : 3,
                ["base_backoff_ms"] = 200,
                ["backoff_multiplier"] = 2.0,
                ["max_backoff_ms"] = 2000,
            };
        }

        providers.Add(Provider("fallback", group.FallbackModel, group.Upstream, simulator));
        providers.Add(Provider("large", LargeModel, group.Upstream, simulator));
        return new JsonObject
        {
            ["LOG"] = false,
            ["Providers"] = providers,
            ["Router"] = new JsonObject { ["default"] = "fallback," + group.FallbackModel, ["longContext"] = "large," + LargeModel, ["tierRetries"] = retries },
            ["fallback"] = new JsonObject { ["default"] = new JsonArray("fallback," + group.FallbackModel) },
            ["Timeouts"] = new JsonObject
            {
                ["connectMs"] = StageMs,
                ["responseHeadersMs"] = StageMs,
                ["firstEventMs"] = StageMs,
                ["firstContentMs"] = StageMs,
                ["idleMs"] = StageMs,
                ["totalMs"] = 60_000,
            },
            ["Breaker"] = new JsonObject { ["failures"] = 3, ["openMs"] = OpenMs },
            ["Rescue"] = new JsonObject { ["enabled"] = true },
            ["Hedge"] = new JsonObject { ["enabled"] = false },
        }.ToJsonString(Indented);
    }

    /// <summary>The model with the longer context.</summary>
    public static string LargeModel { get; } = $"sim-words={Scenarios.Words}+name=large";

    private static JsonObject Provider(string name, string model, WireDialect dialect, Uri simulator) => new()
    {
        ["name"] = name,
        ["api_base_url"] = new Uri(simulator, WireConversation.PathOf(dialect)).ToString(),
        ["api_key"] = "bench",
        ["protocol"] = dialect switch { WireDialect.Messages => "anthropic", WireDialect.Chat => "openai", _ => "openai-responses" },
        ["models"] = new JsonArray(model),
    };
}
