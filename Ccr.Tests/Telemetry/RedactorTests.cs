using Ccr.ProxyService.Telemetry;

namespace Ccr.Tests.Telemetry;

public sealed class RedactorTests
{
    private readonly Redactor _redactor = new(new() { Source = "test", ApiKey = "our-own-master-key", Providers = [], Router = new() });

    [Theory]
    [InlineData("key sk-proj-AbCdEf0123456789AbCdEf end", "key [redacted] end")]
    [InlineData("sk_live_0123456789abcdefghij", "[redacted]")]
    [InlineData("Authorization: Bearer abc.def-ghi_0123456", "Authorization: [redacted]")]
    [InlineData("AWS AKIAIOSFODNN7EXAMPLE!", "AWS [redacted]!")]
    [InlineData("github_pat_11ABCDEFG0abcdefghijkl_more", "[redacted]")]
    [InlineData("glpat-abcdefghij0123456789", "[redacted]")]
    [InlineData("AIzaSyA0123456789abcdefghijklmnopqrstuv", "[redacted]")]
    [InlineData("xoxb-123456789012-abcdefghij", "[redacted]")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def_", "[redacted]")]
    [InlineData("postgres://admin:hunter2@db/x", "postgres://[redacted]@db/x")]
    [InlineData("ask bob.smith+x@mail.example.org now", "ask [redacted] now")]
    [InlineData("a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b", "a [redacted] b")]
    [InlineData("a -----BEGIN OPENSSH PRIVATE KEY-----\nnever ends", "a [redacted]")]
    [InlineData("curl -H 'x-api-key: our-own-master-key'", "curl -H 'x-api-key: [redacted]'")]
    [InlineData("task-runner risk-free sk-short the bearer of news, a@b, git@github", "task-runner risk-free sk-short the bearer of news, a@b, git@github")]
    public void What_has_the_form_of_a_secret_is_taken_out(string text, string clean) => Assert.Equal(clean, _redactor.Clean(text));

    [Fact]
    public void A_long_text_is_cut_and_a_secret_at_any_place_of_it_is_not_seen()
    {
        const string secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
        for (var at = 8140; at < 33_000; at += at < 8200 ? 3 : at is > 32_700 and < 32_780 ? 5 : 1543)
        {
            var clean = _redactor.Clean($"{new string('x', at)} {secret} {new string('y', 20_000)}");
            Assert.True(clean.Length < 8_300);
            Assert.DoesNotContain("0123456789", clean, StringComparison.Ordinal);
        }

        // Where much is taken out of the part that is read, what moves up is not the end of it.
        var block = $"-----BEGIN PRIVATE KEY-----{new string('k', 26_000)}-----END PRIVATE KEY-----";
        Assert.DoesNotContain("ghp_", _redactor.Clean($"{block}{new string('x', 32_768 - block.Length - 9)} {secret}"), StringComparison.Ordinal);
        Assert.StartsWith("[redacted]xxx", _redactor.Clean($"{block}{new string('x', 40_000)}"), StringComparison.Ordinal);
    }
}
