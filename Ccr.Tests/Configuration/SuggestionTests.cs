using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Configuration;

public sealed class SuggestionTests
{
    private static readonly string[] Known = ["Providers", "Router", "PORT", "HOST", "APIKEY", "API_TIMEOUT_MS"];

    [Theory]
    [InlineData("providers", "Providers")]
    [InlineData("Provider", "Providers")]
    [InlineData("Rotuer", "Router")]
    [InlineData("POT", "PORT")]
    [InlineData("API_KEY", "APIKEY")]
    [InlineData("API_TIMEOUT", "API_TIMEOUT_MS")]
    [InlineData("HOTS", "HOST")]
    [InlineData("something", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void The_nearest_known_word_is_suggested_and_a_far_one_is_not(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.For(word, Known));

    [Fact]
    public void A_very_long_word_costs_nothing() => Assert.Null(Suggestion.For(new string('a', 1_000_000), Known));
}
