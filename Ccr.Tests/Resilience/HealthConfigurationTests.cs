using Ccr.ProxyService.Configuration;
using Ccr.Tests.Configuration;

namespace Ccr.Tests.Resilience;

public sealed class HealthConfigurationTests
{
    [Fact]
    public void Everything_is_read_into_its_place()
    {
        var config = TestEnvironment.ReadValid("""
            { Breaker: { enabled: false, failures: 4, windowMs: 5000, failureRate: 0.25, minimumCalls: 7, openMs: 100, maxOpenMs: 200, slowCallMs: 300, slowCallRate: 1 },
              Cooldown: { baseMs: 10, maxMs: 20 }, HealthProbes: { enabled: true, intervalMs: 500, timeoutMs: 600 },
              Providers: [ { name: 'p', api_base_url: 'http://p.example/v1', models: ['m'], rate_limit_policy: 'Passthrough', honor_ratelimit_headers: false,
                api_key: 'one', api_keys: ['two', { key: '$KEY', weight: 5, requests_per_minute: 6, tokens_per_minute: 7, name: 'work' }],
                limits: { requests_per_minute: 1, tokens_per_minute: 2, max_concurrent: 3, max_queue: 4, max_wait_ms: 5 } } ],
              Router: { default: 'p,m', rateLimitPolicy: 'passthrough' } }
            """, ("KEY", "three"));
        Assert.Equal(
            new BreakerSettings
            {
                Enabled = false,
                Failures = 4,
                Window = TimeSpan.FromSeconds(5),
                FailureRate = 0.25,
                MinimumCalls = 7,
                Open = TimeSpan.FromMilliseconds(100),
                MaxOpen = TimeSpan.FromMilliseconds(200),
                SlowCall = TimeSpan.FromMilliseconds(300),
                SlowCallRate = 1,
            },
            config.Breaker);
        Assert.Equal(new CooldownSettings { Base = TimeSpan.FromMilliseconds(10), Max = TimeSpan.FromMilliseconds(20) }, config.Cooldown);
        Assert.Equal(new HealthProbeSettings { Enabled = true, Interval = TimeSpan.FromMilliseconds(500), Timeout = TimeSpan.FromMilliseconds(600) }, config.HealthProbes);
        Assert.Equal(RateLimitPolicy.Passthrough, config.Router.RateLimitPolicy);
        var provider = config.Providers[0];
        Assert.Equal((RateLimitPolicy.Passthrough, false, "one"), (provider.RateLimitPolicy, provider.HonorsRateLimitHeaders, provider.ApiKey));
        Assert.Equal(new ProviderLimits { RequestsPerMinute = 1, TokensPerMinute = 2, MaxConcurrent = 3, MaxQueue = 4, MaxWait = TimeSpan.FromMilliseconds(5) }, provider.Limits);
        Assert.Equal(
            [new("key-1", "one"), new("key-2", "two"), new ProviderKey("work", "three") { Weight = 5, RequestsPerMinute = 6, TokensPerMinute = 7 }],
            provider.Keys);
        Assert.DoesNotContain("three", string.Join(' ', provider.Keys), StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_of_the_tables_are_those_of_the_code()
    {
        var config = TestEnvironment.ReadValid("{}");
        var (breaker, cooldown, probes, limits) = (config.Breaker, config.Cooldown, config.HealthProbes, ProviderLimits.None);
        Assert.Equal(
            ["true", $"{breaker.Failures}", Ms(breaker.Window), "0.5", $"{breaker.MinimumCalls}", Ms(breaker.Open), Ms(breaker.MaxOpen), Ms(breaker.SlowCall), "0.8"],
            KnownSettings.Breaker.Select(s => s.Default));
        Assert.Equal((true, 0.5, 0.8), (breaker.Enabled, breaker.FailureRate, breaker.SlowCallRate));
        Assert.Equal([Ms(cooldown.Base), Ms(cooldown.Max)], KnownSettings.Cooldown.Select(s => s.Default));
        Assert.Equal([probes.Enabled ? "true" : "false", Ms(probes.Interval), Ms(probes.Timeout)], KnownSettings.HealthProbes.Select(s => s.Default));
        Assert.Equal([$"{limits.MaxQueue}", Ms(limits.MaxWait)], KnownSettings.Limits.Skip(3).Select(s => s.Default));

        static string Ms(TimeSpan span) => $"{(long)span.TotalMilliseconds}";
    }

    [Theory]
    [InlineData("api_keys: ['$A', '$B']", "key-b")]
    [InlineData("api_key: ['$A', '$B']", "key-b")]
    [InlineData("api_key: '$A', api_keys: ['$B']", "key-b")]
    [InlineData("api_keys: [{ key: '$A' }]", null)]
    [InlineData("api_key: '$A'", null)]
    public void A_key_whose_variable_is_not_set_is_left_out_and_only_the_last_one_disables_the_provider(string keys, string? left)
    {
        var result = TestEnvironment.Read($"{{ Providers: [{{ name: 'p', api_base_url: 'http://p.example/v1', models: ['m'], {keys} }}] }}", ("B", "key-b"));
        var provider = result.Config!.Providers[0];
        Assert.Equal(left, provider.ApiKey);
        Assert.Equal(left is null ? "the environment variable A is not set or empty" : null, provider.DisabledReason);
        Assert.Contains(result.Problems, p => !p.IsError && p.Message.EndsWith(
            left is null && keys.StartsWith("api_key:", StringComparison.Ordinal) ? "until then the provider is disabled" : "until then this key is left out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Breaker: { openMs: 20, maxOpenMs: 10 }", "Breaker.maxOpenMs")]
    [InlineData("Breaker: { failureRate: 50 }", "Breaker.failureRate")]
    [InlineData("Breaker: { failures: 0 }", "Breaker.failures")]
    [InlineData("Cooldown: { baseMs: 20, maxMs: 10 }", "Cooldown.maxMs")]
    [InlineData("HealthProbes: { intervalMs: 1 }", "HealthProbes.intervalMs")]
    [InlineData("Router: { rateLimitPolicy: 'retry' }", "Router.rateLimitPolicy")]
    [InlineData("Providers: [{ rate_limit_policy: 'retry' }]", "Providers[0].rate_limit_policy")]
    [InlineData("Providers: [{ limits: { max_concurrent: 0 } }]", "Providers[0].limits.max_concurrent")]
    [InlineData("Providers: [{ api_keys: [5] }]", "Providers[0].api_keys[0]")]
    [InlineData("Providers: [{ api_keys: [''] }]", "Providers[0].api_keys[0]")]
    [InlineData("Providers: [{ api_keys: [{ weight: 2 }] }]", "Providers[0].api_keys[0].key")]
    [InlineData("Providers: [{ api_keys: [{ key: 'a', weight: 0 }] }]", "Providers[0].api_keys[0].weight")]
    [InlineData("Providers: [{ api_keys: [{ key: 'a', name: 'x' }, { key: 'b', name: 'x' }] }]", "Providers[0].api_keys[1].key")]
    [InlineData("Providers: [{ api_key: ['a\u2013b'] }]", "Providers[0].api_key[0]")]
    public void What_is_wrong_is_named_by_its_place(string text, string path) =>
        Assert.Contains(TestEnvironment.Read($"{{ {text} }}").Problems, p => p.IsError && p.Path == path);
}
