using Ccr.ProxyService.Configuration;
using Ccr.Tests.Configuration;

namespace Ccr.Tests.Pricing;

public sealed class PricingReaderTests
{
    [Fact]
    public void Prices_are_taken_as_they_are_written()
    {
        // 0.1 and 0.000001 are no binary fractions; 123456.654321 would lose its last digits in a float.
        var provider = Read("""
            pricing: { input_per_million_tokens: 0.1, output_per_million_tokens: 123456.654321, cache_read_per_million_tokens: 1e-6, cache_write_per_million_tokens: "0.30",
                       cache_write_1h_per_million_tokens: .5, reasoning_per_million_tokens: +2, web_searches_per_thousand: 10 }
            """);
        var price = provider.Pricing!;
        Assert.Equal(
            [0.1m, 123456.654321m, 0.000001m, 0.3m, 0.5m, 2m],
            new[] { price.Input, price.Output, price.CacheRead, price.CacheWrite, price.CacheWriteHour, price.Reasoning }.Select(r => r!.Amount));
        Assert.Equal(10m, price.ThousandWebSearches);
        Assert.Null(price.ThousandRequests);
    }

    [Fact]
    public void Other_spellings_and_single_models()
    {
        var provider = Read("""
            modelPricing: { M: { inputPerMillionTokens: 1, outputPerMillionTokens: 2, cacheReadPerMillionTokens: 3, cacheWritePerMillionTokens: 4, cacheWrite1hPerMillionTokens: 5,
                                 reasoningPerMillionTokens: 6, webSearchesPerThousand: 7 } }
            """);
        Assert.Null(provider.Pricing);
        var price = provider.ModelPricing["m"];
        Assert.Equal((1m, 2m, 3m, 4m), (price.Input!.Amount, price.Output!.Amount, price.CacheRead!.Amount, price.CacheWrite!.Amount));
        Assert.Equal((5m, 6m, 7m), (price.CacheWriteHour!.Amount, price.Reasoning!.Amount, price.ThousandWebSearches));
    }

    [Theory]
    [InlineData("pricing: { input_per_million_tokens: -0.1 }", "Providers[0].pricing.input_per_million_tokens")]
    [InlineData("pricing: { inputPerMillionTokens: -1 }", "Providers[0].pricing.inputPerMillionTokens")]
    [InlineData("pricing: { output_per_million_tokens: 'cheap' }", "Providers[0].pricing.output_per_million_tokens")]
    [InlineData("pricing: { output_per_million_tokens: '1,5' }", "Providers[0].pricing.output_per_million_tokens")]
    [InlineData("pricing: { output_per_million_tokens: '' }", "Providers[0].pricing.output_per_million_tokens")]
    [InlineData("pricing: { output_per_million_tokens: true }", "Providers[0].pricing.output_per_million_tokens")]
    [InlineData("pricing: { output_per_million_tokens: Infinity }", "Providers[0].pricing.output_per_million_tokens")]
    [InlineData("pricing: { output_per_million_tokens: 1e99 }", "Providers[0].pricing.output_per_million_tokens")]
    [InlineData("pricing: { output_per_million_tokens: 0.0000001 }", "Providers[0].pricing.output_per_million_tokens")]
    [InlineData("pricing: { output_per_million_tokens: 1000000.01 }", "Providers[0].pricing.output_per_million_tokens")]
    [InlineData("pricing: 3", "Providers[0].pricing")]
    [InlineData("model_pricing: [1]", "Providers[0].model_pricing")]
    [InlineData("model_pricing: { m: 5 }", "Providers[0].model_pricing.m")]
    [InlineData("modelPricing: { m: { input_per_million_tokens: [] } }", "Providers[0].modelPricing.m.input_per_million_tokens")]
    public void What_is_no_price_is_an_error_with_its_place(string setting, string path)
    {
        var result = TestEnvironment.Read(File($"\n\n{setting}"));
        var problem = Assert.Single(result.Problems, p => p.IsError);
        Assert.Equal((path, 4), (problem.Path, problem.Line));
        Assert.Null(result.Config);
    }

    [Theory]
    [InlineData("pricing: {}", "Providers[0].pricing", "holds no price")]
    [InlineData("pricing: { input_per_milion_tokens: 1, output_per_million_tokens: 1 }", "Providers[0].pricing.input_per_milion_tokens", "input_per_million_tokens")]
    [InlineData("model_pricing: { n: { input_per_million_tokens: 1 } }", "Providers[0].model_pricing.n", "is no model of this provider")]
    public void What_has_no_effect_is_said(string setting, string path, string message)
    {
        var result = TestEnvironment.Read(File(setting));
        Assert.NotNull(result.Config);
        var problem = Assert.Single(result.Problems);
        Assert.Equal((path, false), (problem.Path, problem.IsError));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_price_may_come_from_the_environment()
    {
        Assert.Equal(0.7m, TestEnvironment.ReadValid(File("pricing: { input_per_million_tokens: '$PRICE' }"), ("PRICE", "0.7")).Providers[0].Pricing!.Input!.Amount);
        var result = TestEnvironment.Read(File("pricing: { input_per_million_tokens: '$PRICE' }"));
        Assert.Contains("PRICE", result.Config!.Providers[0].DisabledReason, StringComparison.Ordinal);
    }

    private static ProviderConfig Read(string settings)
    {
        var result = TestEnvironment.Read(File(settings));
        Assert.Empty(result.Problems);
        return result.Config!.Providers[0];
    }

    private static string File(string settings) =>
        $"{{ Router: {{ default: 'p,m' }},\nProviders: [{{ name: 'p', api_base_url: 'http://localhost:1/v1', models: ['m'], {settings} }}] }}";
}
