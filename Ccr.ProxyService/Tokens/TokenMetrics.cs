using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Tokens;

/// <summary>Puts the comparison of token counts onto the page /metrics.</summary>
internal sealed class TokenMetrics(TokenDrift drift, TokenTotals totals)
{
    /// <summary>Writes its families.</summary>
    public void Write(IMetricSink page, TierSeries series)
    {
        TierDrift[] tiers = [.. drift.Tiers.Where(t => series.Names(t.Tier))];
        foreach (var tier in tiers)
        {
            if (tier.Report is { Samples: > 0 } report)
            {
                page.Sample(Metrics.DriftPercent, report.CumulativeDriftPct, tier.Tier);
            }
        }

        foreach (var tier in tiers)
        {
            if (tier.Report is { Samples: > 0 } report)
            {
                page.Sample(Metrics.DriftAbsolute, report.CumulativeLocal - report.CumulativeUpstream, tier.Tier);
            }
        }

        foreach (var tier in tiers)
        {
            var (warnings, criticals) = tier.Alerts;
            page.Sample(Metrics.DriftAlerts, warnings, tier.Tier, "warning");
            page.Sample(Metrics.DriftAlerts, criticals, tier.Tier, "critical");
        }

        foreach (var tier in tiers)
        {
            if (tier.Learned is { Samples: > 0 } learned)
            {
                page.Sample(Metrics.Calibration, learned.Factor, tier.Tier);
            }
        }

        foreach (var tier in tiers)
        {
            var (messages, system, tools) = tier.Counted;
            page.Sample(Metrics.PreRequestTokens, messages, tier.Tier, "messages");
            page.Sample(Metrics.PreRequestTokens, system, tier.Tier, "system");
            page.Sample(Metrics.PreRequestTokens, tools, tier.Tier, "tools");
        }

        foreach (var tier in tiers)
        {
            page.Sample(Metrics.PreRequestSizes, tier.Sizes, tier.Tier);
        }

        foreach (var (source, count) in totals.Answers)
        {
            page.Sample(Metrics.CountAnswers, count.Value, source);
        }

        page.Sample(Metrics.SamplesSkipped, totals.Skipped.Value);
    }
}
