namespace Ccr.ProxyService.Pricing;

/// <summary>One provider of the price table.</summary>
/// <param name="id">Its name in the table.</param>
/// <param name="addresses">The addresses that are its own.</param>
/// <param name="models">Its models; the first one that matches counts.</param>
internal sealed class PricedProvider(string id, AddressRule[] addresses, PricedModel[] models)
{
    /// <summary>Its name in the table.</summary>
    public string Id => id;

    /// <summary>Its models.</summary>
    public IReadOnlyList<PricedModel> Models => models;

    /// <summary>Providers whose models it resells at their prices, in order.</summary>
    public PricedProvider[] Also { get; set; } = [];

    /// <summary>Whether the address is one of this provider's.</summary>
    public bool Owns(Uri address) => Array.Exists(addresses, rule => rule.Matches(address));

    /// <summary>The model of that name, with a date written either way (-20250929, -2025-09-29); null when it has none.</summary>
    public PricedModel? Find(string name)
    {
        name = name.Trim();
        return FindAsWritten(name) ?? (ModelDates.WithDashes(name) is { } dashed ? FindAsWritten(dashed) : null);
    }

    private PricedModel? FindAsWritten(string name)
    {
        var found = Array.Find(models, model => model.Matches(name));
        for (var i = 0; found is null && i < Also.Length; i++)
        {
            found = Also[i].FindAsWritten(name);
        }

        return found;
    }
}
