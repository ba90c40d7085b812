using Ccr.ProxyService.Pricing;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Pricing;

public sealed class PriceTableTests
{
    private static readonly PriceTable Table = PriceTable.Load();

    [Fact]
    public void The_whole_table_is_read_and_holds_no_price_that_cannot_be()
    {
        Assert.Equal(43, Table.Providers.Count);
        Assert.Equal(1694, Table.Providers.Sum(p => p.Models.Count));
        foreach (var price in Table.Providers.SelectMany(p => p.Models).SelectMany(m => m.Prices))
        {
            foreach (var rate in new[] { price.Input, price.CacheRead, price.CacheWrite, price.CacheWriteHour, price.Output, price.Reasoning }.OfType<Rate>())
            {
                Check(rate.Amount);
                Assert.All(rate.Steps, step => Check(step.Amount));
                Assert.Equal(rate.Steps.Select(s => s.Above).Order(), rate.Steps.Select(s => s.Above));
            }

            Check(price.ThousandWebSearches ?? 0);
            Check(price.ThousandRequests ?? 0);
        }

        static void Check(decimal amount)
        {
            Assert.InRange(amount, 0, 1000);
            Assert.Equal(amount, decimal.Round(amount, 6));
        }
    }

    [Fact]
    public void The_documentation_names_version_and_day_of_the_table()
    {
        var document = File.ReadAllText(Path.Combine(Part.Repository, "docs", "pricing.md"));
        Assert.Contains($"as of **{Table.Date}**, made from the npm package `{Table.Source.Replace(" ", "` ", StringComparison.Ordinal)} ", document, StringComparison.Ordinal);
        var tools = File.ReadAllText(Path.Combine(Part.Repository, "eng", "node-tools", "package.json"));
        Assert.Contains($"\"{Table.Source.Replace(" ", "\": \"", StringComparison.Ordinal)}\"", tools, StringComparison.Ordinal);
    }

    [NeedsFact("node", "npm:@pydantic/genai-prices")]
    public async Task Making_it_again_from_the_pinned_version_gives_the_same_bytes()
    {
        var made = await NodeScript.RunAsync("eng/prices/make-prices.mjs", [Part.NodePackage("@pydantic/genai-prices")!, Table.Date]);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Part.Repository, "Ccr.ProxyService", "Pricing", "prices.json")), made);
    }
}
