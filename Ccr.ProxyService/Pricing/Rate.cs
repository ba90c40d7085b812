namespace Ccr.ProxyService.Pricing;

/// <summary>
/// A price per million tokens. With steps, the size of the whole input decides which one is in force, and that one then holds for all tokens
/// of the request, not only for those above the step.
/// </summary>
/// <param name="amount">Dollars per million tokens.</param>
/// <param name="steps">Prices for larger inputs, ascending: in force when the input has more tokens than <c>Above</c>.</param>
internal sealed class Rate(decimal amount, params (long Above, decimal Amount)[] steps)
{
    /// <summary>The price below all steps.</summary>
    public decimal Amount => amount;

    /// <summary>The prices for larger inputs.</summary>
    public IReadOnlyList<(long Above, decimal Amount)> Steps => steps;

    /// <summary>The price for a request whose whole input, cached parts included, has that many tokens.</summary>
    public decimal At(long inputTokens)
    {
        var price = amount;
        foreach (var (above, higher) in steps)
        {
            if (inputTokens > above)
            {
                price = higher;
            }
        }

        return price;
    }
}
