namespace Ccr.Tests.Resilience;

/// <summary>The clock stands at 2030-01-01T00:00:00Z, Unix 1893456000.</summary>
public sealed class RateLimitHeadersTests
{
    [Theory]
    [InlineData(30, "anthropic-ratelimit-requests-remaining: 0", "anthropic-ratelimit-requests-reset: 2030-01-01T00:00:30Z")]
    [InlineData(30, "anthropic-ratelimit-input-tokens-remaining: 0", "anthropic-ratelimit-input-tokens-reset: 2030-01-01T01:00:30+01:00")]
    [InlineData(45, "anthropic-ratelimit-tokens-remaining: 0", "anthropic-ratelimit-tokens-reset: 2030-01-01T00:00:30Z", "anthropic-ratelimit-output-tokens-remaining: 0", "anthropic-ratelimit-output-tokens-reset: 2030-01-01T00:00:45Z")]
    [InlineData(60, "anthropic-ratelimit-unified-status: rejected", "anthropic-ratelimit-unified-reset: 1893456060")]
    [InlineData(60, "anthropic-ratelimit-unified-5h-status: rejected", "anthropic-ratelimit-unified-5h-reset: 1893456060")]
    [InlineData(0, "anthropic-ratelimit-unified-status: allowed_warning", "anthropic-ratelimit-unified-reset: 1893456060")]
    [InlineData(360, "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 6m0s")]
    [InlineData(0.12, "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 120ms")]
    [InlineData(7.66, "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 7.66s")]
    [InlineData(2, "X-RateLimit-Remaining-Tokens: 0", "X-RateLimit-Reset-Tokens: 2")]
    [InlineData(20, "x-ratelimit-remaining: 0", "x-ratelimit-reset: 20")]
    [InlineData(20, "x-ratelimit-remaining: 0", "x-ratelimit-reset: 1893456020")]
    [InlineData(20, "x-ratelimit-remaining: 0", "x-ratelimit-reset: 1893456020000")]
    [InlineData(600, "x-ratelimit-remaining: 0", "x-ratelimit-reset: 86400")]
    [InlineData(5, "ratelimit-remaining: 0", "ratelimit-reset: 5")]
    [InlineData(5, "RateLimit: \"default\";r=0;t=5")]
    [InlineData(7, "ratelimit: \"burst\";r=3;t=2, \"daily\";r=0;t=7")]
    [InlineData(9, "ratelimit: limit=100, remaining=0, reset=9")]
    [InlineData(0, "ratelimit: \"default\";r=4;t=5")]
    [InlineData(12, "x-ratelimitbysize-remaining-minute: 0", "ratelimitbysize-reset: 12")]
    [InlineData(12, "ratelimitbysize-remaining: 0", "ratelimitbysize-reset: 12")]
    [InlineData(0, "x-ratelimit-remaining: 1", "x-ratelimit-reset: 20")]
    [InlineData(0, "x-ratelimit-remaining: 0")]
    [InlineData(0, "x-ratelimit-remaining: 0", "x-ratelimit-reset: 1893455999")]
    [InlineData(0, "x-ratelimit-remaining: 0", "x-ratelimit-reset: 0")]
    [InlineData(0, "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: soon")]
    [InlineData(0, "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-tokens: 6m0s")]
    public void A_used_up_key_rests_until_the_reset_and_a_phantom_blocks_nobody(double seconds, params string[] headers)
    {
        var bench = new HealthBench(", api_key: 'key-a'");
        var pass = bench.Enter();
        bench.Headers(pass, Parsed(headers));
        bench.Targets.Succeeded(pass, TimeSpan.FromSeconds(1));
        Assert.Equal(seconds, bench.Admit().Refusal?.RetryAfter?.TotalSeconds ?? 0, 3);
    }

    [Fact]
    public void They_say_nothing_of_other_keys_and_nothing_where_they_are_not_honoured()
    {
        var headers = Parsed(["x-ratelimit-remaining: 0", "x-ratelimit-reset: 20"]);
        var bench = new HealthBench(", api_keys: ['key-a', 'key-b']");
        bench.Headers(bench.Enter(), headers);
        Assert.Null(bench.Refusal());
        bench = new(", api_key: 'key-a', honor_ratelimit_headers: false");
        bench.Headers(bench.Enter(), headers);
        Assert.Null(bench.Refusal());
    }

    private static (string Name, string Value)[] Parsed(string[] headers) => [.. headers.Select(h => (h[..h.IndexOf(':', StringComparison.Ordinal)], h[(h.IndexOf(':', StringComparison.Ordinal) + 2)..]))];
}
