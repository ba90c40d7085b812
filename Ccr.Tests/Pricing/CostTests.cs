using System.Globalization;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Usage;

namespace Ccr.Tests.Pricing;

/// <summary>Costs to the last decimal. Each sum is worked out by hand from the vendors' list prices, in dollars per million tokens.</summary>
public sealed class CostTests
{
    private const string Anthropic = "https://api.anthropic.com/v1/messages";
    private const string OpenAI = "https://api.openai.com/v1/chat/completions";
    private const string Google = "https://generativelanguage.googleapis.com/v1beta/models";
    private const string DeepSeek = "https://api.deepseek.com/chat/completions";

    private readonly PriceBook _book = new();

    // Anthropic, claude-haiku-4-5: input 1, output 5, read 0.10, write 1.25, write for an hour 2, searches 10 per thousand.
    [Fact]
    public void Anthropic_plain() =>
        // 1,234 x 1 + 567 x 5 = 1,234 + 2,835 = 4,069 millionths
        Check("0.004069", Anthropic, "claude-haiku-4-5", new(1234, 0, 0, 567, 0));

    [Fact]
    public void Anthropic_cache_of_five_minutes() =>
        // fresh 1,001 - 300 - 600 = 101; 101 x 1 + 300 x 0.10 + 600 x 1.25 + 7 x 5 = 101 + 30 + 750 + 35 = 916
        Check("0.000916", Anthropic, "claude-haiku-4-5-20251001", new(1001, 300, 600, 7, 0));

    [Fact]
    public void Anthropic_cache_of_an_hour() =>
        // of 600 written, 250 for an hour: 101 + 30 + 350 x 1.25 + 250 x 2 + 35 = 101 + 30 + 437.5 + 500 + 35 = 1,103.5
        Check("0.0011035", Anthropic, "claude-haiku-4-5", new(1001, 300, 600, 7, 0) { CacheWriteHour = 250 });

    [Fact]
    public void Anthropic_web_searches() =>
        // 4,069 millionths as above + 3 searches x 0.010 = 0.004069 + 0.03
        Check("0.034069", Anthropic, "claude-haiku-4-5", new(1234, 0, 0, 567, 0) { WebSearches = 3 });

    [Fact]
    public void Anthropic_one_token_of_cache() =>
        // 1 x 0.10 millionths
        Check("0.0000001", Anthropic, "claude-haiku-4-5", new(1, 1, 0, 0, 0));

    // claude-sonnet-4-5: input 3, output 15, read 0.30, write 3.75; above 200,000 tokens of input 6, 22.50, 0.60, 7.50.
    [Fact]
    public void A_step_is_not_reached_by_an_input_of_its_own_size() =>
        // 200,000 of which 150,000 cached: 50,000 x 3 + 150,000 x 0.30 + 10 x 15 = 150,000 + 45,000 + 150
        Check("0.19515", Anthropic, "claude-sonnet-4-5", new(200_000, 150_000, 0, 10, 0));

    [Fact]
    public void Above_a_step_every_token_costs_more_the_cached_and_the_output_too() =>
        // 50,001 x 6 + 100,000 x 0.60 + 50,000 x 7.50 + 10 x 22.50 = 300,006 + 60,000 + 375,000 + 225
        Check("0.735231", Anthropic, "claude-sonnet-4-5", new(200_001, 100_000, 50_000, 10, 0));

    // gpt-5: input 1.25, cached 0.125, output 10, reasoning in the output.
    [Fact]
    public void OpenAI_cached_input_and_reasoning() =>
        // 3,500 - 3,000 = 500; 500 x 1.25 + 3,000 x 0.125 + 801 x 10 = 625 + 375 + 8,010
        Check("0.00901", OpenAI, "gpt-5", new(3500, 3000, 0, 801, 640));

    // gemini-2.5-pro: input 1.25, cached 0.125, output 10; above 200,000 tokens 2.50, 0.25, 15.
    [Fact]
    public void Gemini_below_and_above_200k()
    {
        // 199,999 x 1.25 + 3 x 10 = 249,998.75 + 30
        Check("0.25002875", Google, "gemini-2.5-pro", new(199_999, 0, 0, 3, 2));

        // 250,000 x 2.50 + 50,003 x 0.25 + 3 x 15 = 625,000 + 12,500.75 + 45
        Check("0.63754575", Google, "gemini-2.5-pro", new(300_003, 50_003, 0, 3, 2));
    }

    // deepseek-chat: from 00:30 to 16:30 UTC input 0.27, cached 0.07, output 1.10; at other hours 0.135, 0.035, 0.55.
    [Theory]
    [InlineData("00:29:59.999", "0.000001405")] // 2 x 0.135 + 1 x 0.035 + 2 x 0.55 = 0.27 + 0.035 + 1.1
    [InlineData("00:30:00", "0.00000281")] // 2 x 0.27 + 1 x 0.07 + 2 x 1.10 = 0.54 + 0.07 + 2.2
    [InlineData("16:29:59.999", "0.00000281")]
    [InlineData("16:30:00", "0.000001405")]
    public void DeepSeek_by_the_hour(string time, string expected) => Check(expected, DeepSeek, "deepseek-chat", new(3, 1, 0, 2, 0), time);

    // perplexity sonar-pro: input 3, output 15, and 14 per thousand requests.
    [Fact]
    public void A_request_that_costs_by_itself() =>
        // 100 x 3 + 10 x 15 = 450 millionths, + 0.014
        Check("0.01445", "https://api.perplexity.ai/chat/completions", "sonar-pro", new(100, 0, 0, 10, 0));

    // openrouter perplexity/sonar-deep-research: input 2, output 8, reasoning 3.
    [Fact]
    public void Reasoning_with_a_price_of_its_own() =>
        // 100 x 2 + (50 - 20) x 8 + 20 x 3 = 200 + 240 + 60
        Check("0.0005", "https://openrouter.ai/api/v1/chat/completions", "perplexity/sonar-deep-research", new(100, 0, 0, 50, 20));

    // gpt-5.6-luna until 2026-07-29: input 1, output 6; from 2026-07-30: 0.20, 1.20.
    [Theory]
    [InlineData("2026-07-29T23:59:59.999Z", "0.0007")] // 100 x 1 + 100 x 6
    [InlineData("2026-07-30T00:00:00Z", "0.00014")] // 100 x 0.20 + 100 x 1.20
    [InlineData("2026-07-30T01:00:00+02:00", "0.0007")] // 23:00 UTC of the day before
    public void A_price_changes_on_its_day(string at, string expected)
    {
        var price = _book.Find(OpenAI, "gpt-5.6-luna", DateTimeOffset.Parse(at, CultureInfo.InvariantCulture));
        Assert.Equal(expected, Cost.Of(price!, new(100, 0, 0, 100, 0))?.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void What_was_used_and_has_no_price_makes_the_cost_unknown()
    {
        ModelPrice price = new() { Input = new(2) };
        Assert.Equal(0.00002m, Cost.Of(price, new(10, 0, 0, 0, 0)));
        Assert.Null(Cost.Of(price, new(10, 0, 0, 1, 0)));
        Assert.Null(Cost.Of(price, new(10, 0, 0, 0, 0) { WebSearches = 1 }));
        Assert.Null(Cost.Of(new() { Output = new(2) }, new(10, 0, 0, 1, 0)));
        Assert.Null(Cost.Of(new() { Output = new(2) }, new(10, 10, 0, 1, 0)));
    }

    [Fact]
    public void Cached_input_without_a_price_of_its_own_is_input()
    {
        ModelPrice price = new() { Input = new(2) };
        Assert.Equal(0.00002m, Cost.Of(price, new(10, 3, 4, 0, 0) { CacheWriteHour = 2 }));

        // An hour is known to cost more than five minutes.
        price = price with { CacheWrite = new(2.5m) };
        Assert.Equal(0.000022m, Cost.Of(price, new(10, 3, 4, 0, 0)));
        Assert.Null(Cost.Of(price, new(10, 3, 4, 0, 0) { CacheWriteHour = 2 }));
    }

    [Theory]
    [InlineData(10, 6, 5, 0, 0, 0)]
    [InlineData(10, 0, 2, 3, 0, 0)]
    [InlineData(10, 0, 0, 0, 4, 5)]
    [InlineData(-1, 0, 0, 0, 0, 0)]
    [InlineData(long.MaxValue, 0, 0, 0, 0, 0)]
    [InlineData(0, 0, 0, 0, long.MaxValue, 0)]
    [InlineData(0, long.MinValue, long.MaxValue, 0, 0, 0)]
    public void Counts_that_cannot_be_true_have_no_cost(long input, long read, long write, long hour, long output, long reasoning)
    {
        ModelPrice price = new() { Input = new(1), CacheRead = new(1), CacheWrite = new(1), CacheWriteHour = new(1), Output = new(1), Reasoning = new(1) };
        Assert.Null(Cost.Of(price, new(input, read, write, output, reasoning) { CacheWriteHour = hour }));
    }

    [Fact]
    public void A_cost_splits_into_whole_numbers_and_back()
    {
        var random = new Random(5);
        for (var i = 0; i < 1000; i++)
        {
            var cost = (decimal)random.NextInt64(1_000_000_000_000_000) / 1_000_000_000_000m;
            var (micro, pico) = Cost.Split(cost);
            Assert.InRange(pico, 0, 999_999);
            Assert.Equal(cost, Cost.Join(micro, pico));
        }

        // The dearest answer that there can be fits: ten billion tokens of each kind at a million dollars per million.
        Assert.Equal((long)5e16, Cost.Split(5e10m).Micro);
    }

    private void Check(string expected, string url, string model, TokenUsage tokens, string time = "12:00:00")
    {
        var at = PriceSamples.Noon.Date + TimeSpan.Parse(time, CultureInfo.InvariantCulture);
        var price = _book.Find(url, model, new DateTimeOffset(at, TimeSpan.Zero));
        Assert.NotNull(price);
        Assert.Equal(expected, Cost.Of(price, tokens)?.ToString(CultureInfo.InvariantCulture));
    }
}
