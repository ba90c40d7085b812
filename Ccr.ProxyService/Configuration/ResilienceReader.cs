using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads what keeps requests alive: Timeouts, Streams, Hedge, Rescue, Budget and Router.tierRetries.</summary>
internal static class ResilienceReader
{
    private const int LongestMs = 24 * 60 * 60 * 1000;

    /// <summary>The limits of stages in a section's object; nothing set where there is none.</summary>
    public static TimeoutConfig ReadTimeouts(ConfigSection section, string name)
    {
        if (section.Object(name) is not { } node)
        {
            return new();
        }

        var timeouts = section.Below(node, section.PathOf(name), KnownSettings.Timeouts);
        timeouts.ReportNames();
        return new()
        {
            Connect = Milliseconds(timeouts, "connectMs", 1),
            ResponseHeaders = Milliseconds(timeouts, "responseHeadersMs", 1),
            FirstEvent = Milliseconds(timeouts, "firstEventMs", 1),
            FirstContent = Milliseconds(timeouts, "firstContentMs", 1),
            Idle = Milliseconds(timeouts, "idleMs", 1),
            Total = Milliseconds(timeouts, "totalMs", 0) is { Ticks: > 0 } total ? total : null,
        };
    }

    /// <summary>Streams.</summary>
    public static StreamConfig ReadStreams(ConfigSection top)
    {
        var defaults = new StreamConfig();
        if (Below(top, "Streams", KnownSettings.Streams) is not { } section)
        {
            return defaults;
        }

        return new()
        {
            CommitWait = Milliseconds(section, "commitWaitMs", 0) ?? defaults.CommitWait,
            KeepAlive = Milliseconds(section, "keepAliveMs", 1000) ?? defaults.KeepAlive,
            Drain = Milliseconds(section, "drainMs", 0),
        };
    }

    /// <summary>Hedge.</summary>
    public static HedgeConfig ReadHedge(ConfigSection top)
    {
        var defaults = new HedgeConfig();
        if (Below(top, "Hedge", KnownSettings.Hedge) is not { } section)
        {
            return defaults;
        }

        return new()
        {
            Enabled = section.Flag("enabled") ?? defaults.Enabled,
            Delay = Milliseconds(section, "delayMs", 1),
            LeastDelay = Milliseconds(section, "minDelayMs", 1) ?? defaults.LeastDelay,
        };
    }

    /// <summary>Rescue.</summary>
    public static RescueConfig ReadRescue(ConfigSection top)
    {
        var defaults = new RescueConfig();
        if (Below(top, "Rescue", KnownSettings.Rescue) is not { } section)
        {
            return defaults;
        }

        return new()
        {
            Enabled = section.Flag("enabled") ?? defaults.Enabled,
            ErrorFor = section.Find("errorFor") is null ? defaults.ErrorFor : ReadNames(section, "errorFor"),
            MaxBytes = (int)(section.Integer("maxBytes", 1024, 256 * 1024 * 1024) ?? defaults.MaxBytes),
        };
    }

    /// <summary>Budget.</summary>
    public static BudgetConfig ReadBudget(ConfigSection top)
    {
        var defaults = new BudgetConfig();
        if (Below(top, "Budget", KnownSettings.Budget) is not { } section)
        {
            return defaults;
        }

        return new()
        {
            MaxAttempts = (int)(section.Integer("maxAttempts", 1, 100) ?? defaults.MaxAttempts),
            MaxTime = Milliseconds(section, "maxMs", 1) ?? defaults.MaxTime,
        };
    }

    /// <summary>Router.tierRetries: policies by "tier-N", tier name, provider, "provider,model" or "*".</summary>
    public static IReadOnlyDictionary<string, RetryPolicy> ReadRetries(ConfigSection router, IReadOnlyList<ProviderConfig> providers, int tiers)
    {
        var policies = new Dictionary<string, RetryPolicy>(StringComparer.OrdinalIgnoreCase);
        if (router.Object("tierRetries") is not { } node)
        {
            return policies;
        }

        foreach (var member in node.Members)
        {
            var path = $"{router.PathOf("tierRetries")}.{Shown.Plain(member.Name, 80)}";
            if (member.Value is not Json5Object entry)
            {
                router.Problems.Error(path, member.Value.Line, $"must be an object {{ … }}, but is {member.Value.Kind}");
                continue;
            }

            if (!NamesATarget(member.Name, providers, tiers))
            {
                router.Problems.Warning(path, member.Line, "names no target: write \"tier-0\", the name of a provider or its tier_name, \"provider,model\", or \"*\" for all");
            }

            policies[member.Name] = ReadPolicy(router.Below(entry, path, KnownSettings.TierRetry));
        }

        return policies;
    }

    private static RetryPolicy ReadPolicy(ConfigSection section)
    {
        section.ReportNames();
        var defaults = RetryPolicy.Default;
        return new()
        {
            MaxRetries = (int)(section.Integer("max_retries", 0, 20) ?? defaults.MaxRetries),
            BaseBackoff = Milliseconds(section, "base_backoff_ms", 0) ?? defaults.BaseBackoff,
            Multiplier = ReadMultiplier(section) ?? defaults.Multiplier,
            MaxBackoff = Milliseconds(section, "max_backoff_ms", 0) ?? defaults.MaxBackoff,
            MaxRetryAfter = Milliseconds(section, "max_retry_after_ms", 0) ?? defaults.MaxRetryAfter,
            Timeouts = new() { FirstEvent = Milliseconds(section, "stream_first_event_timeout_ms", 1), Idle = Milliseconds(section, "stream_idle_timeout_ms", 1) },
        };
    }

    private static double? ReadMultiplier(ConfigSection section)
    {
        if (section.Find("backoff_multiplier") is not { } member)
        {
            return null;
        }

        if (member.Value is Json5Number { Number: >= 1 and <= 100 } number)
        {
            return number.Number;
        }

        section.Problems.Error(section.PathOf(member.Name), member.Value.Line, "must be a number from 1 to 100");
        return null;
    }

    private static bool NamesATarget(string name, IReadOnlyList<ProviderConfig> providers, int tiers)
    {
        if (name == "*" || name.Contains(',', StringComparison.Ordinal))
        {
            return true;
        }

        if (name.StartsWith("tier-", StringComparison.OrdinalIgnoreCase) && int.TryParse(name.AsSpan(5), out var number))
        {
            return number >= 0 && (tiers == 0 || number < tiers);
        }

        return providers.Any(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || name.Equals(p.TierName, StringComparison.OrdinalIgnoreCase));
    }

    private static List<string> ReadNames(ConfigSection section, string name)
    {
        var names = new List<string>();
        foreach (var item in section.Array(name)?.Items ?? [])
        {
            if (section.Text(item, section.PathOf(name)) is { } text)
            {
                names.Add(text);
            }
        }

        return names;
    }

    private static ConfigSection? Below(ConfigSection top, string name, KnownSetting[] known)
    {
        if (top.Object(name) is not { } node)
        {
            return null;
        }

        var section = top.Below(node, name, known);
        section.ReportNames();
        return section;
    }

    private static TimeSpan? Milliseconds(ConfigSection section, string name, int least) =>
        section.Integer(name, least, LongestMs) is { } value ? TimeSpan.FromMilliseconds(value) : null;
}
