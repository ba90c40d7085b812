namespace Ccr.ProxyService.Pricing;

/// <summary>One entry of the price table.</summary>
/// <param name="id">The model's name in the table.</param>
/// <param name="rule">The names it is called by.</param>
/// <param name="prices">Its prices; the last one that holds counts, the first one when none does.</param>
internal sealed class PricedModel(string id, NameRule rule, (PriceTime When, ModelPrice Price)[] prices)
{
    /// <summary>The model's name in the table.</summary>
    public string Id => id;

    /// <summary>All its prices.</summary>
    public IEnumerable<ModelPrice> Prices => prices.Select(static p => p.Price);

    /// <summary>Whether that name means this model.</summary>
    public bool Matches(ReadOnlySpan<char> name) => rule.Matches(name);

    /// <summary>The price in force then.</summary>
    public ModelPrice At(DateTimeOffset at)
    {
        for (var i = prices.Length - 1; i > 0; i--)
        {
            if (prices[i].When.Holds(at))
            {
                return prices[i].Price;
            }
        }

        return prices[0].Price;
    }
}
