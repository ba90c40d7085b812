using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Pricing;

/// <summary>
/// What a model costs at a provider: as the configuration says (model_pricing, then pricing), else as the table says for the provider whose
/// address it is. A famous name at an address that is not in the table has no price: who runs a gateway or a model of his own pays what he pays.
/// </summary>
internal sealed class PriceBook
{
    // Clients can ask for "provider,model" with any model: what is looked up is remembered, but not without end.
    private const int MostModels = 500;

    private readonly Lazy<PriceTable> _table = new(PriceTable.Load);
    private readonly ConditionalWeakTable<ProviderConfig, Shelf> _shelves = [];

    /// <summary>The list prices, read when first asked for.</summary>
    public PriceTable Table => _table.Value;

    /// <summary>The price of a model at that time; null when it is not known.</summary>
    public ModelPrice? Find(ProviderConfig provider, string model, DateTimeOffset at)
    {
        if (provider.ModelPricing.TryGetValue(model, out var price))
        {
            return price;
        }

        // A loopback address is nobody's: the table is not even read for it. An entry without prices only says that the table does not know them.
        return provider.Pricing ?? (!provider.BaseUrl.IsLoopback && Entry(provider, model)?.At(at) is { IsEmpty: false } listed ? listed : null);
    }

    private PricedModel? Entry(ProviderConfig provider, string model)
    {
        if (!_shelves.TryGetValue(provider, out var shelf))
        {
            shelf = _shelves.GetValue(provider, p => new(Table.Find(p.BaseUrl)));
        }

        if (shelf.Provider is null)
        {
            return null;
        }

        if (!shelf.Models.TryGetValue(model, out var entry))
        {
            entry = shelf.Provider.Find(model);
            if (shelf.Models.Count < MostModels)
            {
                shelf.Models[model] = entry;
            }
        }

        return entry;
    }

    /// <summary>What was found for one provider of one configuration; goes when that configuration goes.</summary>
    private sealed class Shelf(PricedProvider? provider)
    {
        public PricedProvider? Provider => provider;

        public ConcurrentDictionary<string, PricedModel?> Models { get; } = new(StringComparer.Ordinal);
    }
}
