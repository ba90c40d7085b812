using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads what the file says about health: the top-level sections Breaker, Cooldown and HealthProbes, and the policy for 429.</summary>
internal sealed class HealthReader(ConfigSection top)
{
    private const long Hour = 3_600_000;

    /// <summary>Breaker.</summary>
    public BreakerSettings ReadBreaker()
    {
        var section = Section("Breaker", KnownSettings.Breaker);
        var defaults = new BreakerSettings();
        var settings = new BreakerSettings
        {
            Enabled = section.Flag("enabled") ?? defaults.Enabled,
            Failures = (int)(section.Integer("failures", 1, 1_000_000) ?? defaults.Failures),
            Window = Milliseconds(section, "windowMs", 1000) ?? defaults.Window,
            FailureRate = Share(section, "failureRate") ?? defaults.FailureRate,
            MinimumCalls = (int)(section.Integer("minimumCalls", 1, 1_000_000) ?? defaults.MinimumCalls),
            Open = Milliseconds(section, "openMs", 1) ?? defaults.Open,
            MaxOpen = Milliseconds(section, "maxOpenMs", 1) ?? defaults.MaxOpen,
            SlowCall = Milliseconds(section, "slowCallMs", 0) ?? defaults.SlowCall,
            SlowCallRate = Share(section, "slowCallRate") ?? defaults.SlowCallRate,
        };

        // openMs alone may be above the default of maxOpenMs; said explicitly, the two contradict each other.
        if (settings.MaxOpen < settings.Open)
        {
            if (section.Find("maxOpenMs") is { } member)
            {
                section.Problems.Error(section.PathOf("maxOpenMs"), member.Value.Line, $"must not be less than openMs ({settings.Open.TotalMilliseconds:0})");
            }

            settings = settings with { MaxOpen = settings.Open };
        }

        return settings;
    }

    /// <summary>Cooldown.</summary>
    public CooldownSettings ReadCooldown()
    {
        var section = Section("Cooldown", KnownSettings.Cooldown);
        var defaults = new CooldownSettings();
        var settings = new CooldownSettings
        {
            Base = Milliseconds(section, "baseMs", 1) ?? defaults.Base,
            Max = Milliseconds(section, "maxMs", 1) ?? defaults.Max,
        };
        if (settings.Max < settings.Base)
        {
            if (section.Find("maxMs") is { } member)
            {
                section.Problems.Error(section.PathOf("maxMs"), member.Value.Line, $"must not be less than baseMs ({settings.Base.TotalMilliseconds:0})");
            }

            settings = settings with { Max = settings.Base };
        }

        return settings;
    }

    /// <summary>HealthProbes.</summary>
    public HealthProbeSettings ReadProbes()
    {
        var section = Section("HealthProbes", KnownSettings.HealthProbes);
        var defaults = new HealthProbeSettings();
        return new()
        {
            Enabled = section.Flag("enabled") ?? defaults.Enabled,
            Interval = Milliseconds(section, "intervalMs", 100) ?? defaults.Interval,
            Timeout = Milliseconds(section, "timeoutMs", 100) ?? defaults.Timeout,
        };
    }

    /// <summary>The policy for 429 under that name; null when absent or wrong.</summary>
    public static RateLimitPolicy? ReadPolicy(ConfigSection section, string name)
    {
        if (section.Text(name) is not { } text)
        {
            return null;
        }

        RateLimitPolicy? policy = text.ToUpperInvariant() switch
        {
            "CASCADE" => RateLimitPolicy.Cascade,
            "PASSTHROUGH" => RateLimitPolicy.Passthrough,
            _ => null,
        };
        if (policy is null)
        {
            section.Problems.Error(section.PathOf(name), section.Find(name)!.Value.Line, "must be \"cascade\" (ask the next target) or \"passthrough\" (tell the client)");
        }

        return policy;
    }

    private ConfigSection Section(string name, KnownSetting[] known)
    {
        var section = top.Below(top.Object(name) ?? new Json5Object(1, []), name, known);
        section.ReportNames();
        return section;
    }

    private static TimeSpan? Milliseconds(ConfigSection section, string name, long least) =>
        section.Integer(name, least, Hour) is { } value ? TimeSpan.FromMilliseconds(value) : null;

    private static double? Share(ConfigSection section, string name)
    {
        switch (section.Find(name))
        {
            case null:
                return null;
            case { Value: Json5Number { Number: > 0 and <= 1 and var share } }:
                return share;
            case var member:
                section.Problems.Error(section.PathOf(name), member.Value.Line, "must be a number above 0 and at most 1, such as 0.5");
                return null;
        }
    }
}
