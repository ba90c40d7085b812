using System.Globalization;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Pricing;

/// <summary>Reads what the configuration says that a provider's models cost: pricing and model_pricing.</summary>
internal sealed class PricingReader(ConfigSection provider)
{
    // With more decimals the cost of one token would be no whole number of 10^-12 dollars, in which costs are summed.
    private const int MostDecimals = 6;
    private const decimal MostDollars = 1_000_000;

    private static readonly string Expected = $"must be a price in dollars, from 0 to {MostDollars:0} with at most {MostDecimals} decimals";

    /// <summary>The prices for all models of the provider; null when none are given.</summary>
    public ModelPrice? ReadProvider() => provider.Object("pricing") is { } node ? Read(node, provider.PathOf("pricing")) : null;

    /// <summary>The prices of single models.</summary>
    /// <param name="models">The provider's models, to warn of names that are none.</param>
    public Dictionary<string, ModelPrice> ReadModels(IReadOnlyList<string> models)
    {
        var prices = new Dictionary<string, ModelPrice>(StringComparer.OrdinalIgnoreCase);
        var path = provider.PathOf(provider.Find("model_pricing")?.Name ?? "model_pricing");
        foreach (var member in provider.Object("model_pricing")?.Members ?? [])
        {
            var modelPath = $"{path}.{member.Name}";
            if (!models.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
            {
                provider.Problems.Warning(modelPath, member.Line, $"is no model of this provider{Suggestion.Clause(member.Name, models)}");
            }

            if (member.Value is Json5Object node)
            {
                if (Read(node, modelPath) is { } price)
                {
                    prices[member.Name] = price;
                }
            }
            else
            {
                provider.Problems.Error(modelPath, member.Value.Line, $"must be an object, but is {member.Value.Kind}");
            }
        }

        return prices;
    }

    private ModelPrice? Read(Json5Object node, string path)
    {
        var section = provider.Below(node, path, KnownSettings.Pricing);
        section.ReportNames();
        var price = new ModelPrice
        {
            Input = ReadRate(section, "input_per_million_tokens"),
            Output = ReadRate(section, "output_per_million_tokens"),
            CacheRead = ReadRate(section, "cache_read_per_million_tokens"),
            CacheWrite = ReadRate(section, "cache_write_per_million_tokens"),
            CacheWriteHour = ReadRate(section, "cache_write_1h_per_million_tokens"),
            Reasoning = ReadRate(section, "reasoning_per_million_tokens"),
            ThousandWebSearches = ReadPrice(section, "web_searches_per_thousand"),
        };
        if (node.Members.Count == 0)
        {
            provider.Problems.Warning(path, node.Line, "holds no price and changes nothing: give input_per_million_tokens and output_per_million_tokens");
            return null;
        }

        return price;
    }

    private static Rate? ReadRate(ConfigSection section, string name) => ReadPrice(section, name) is { } price ? new(price) : null;

    /// <summary>A number, or a string that holds one, as it is written: a detour over binary fractions would make 0.1 something else.</summary>
    private static decimal? ReadPrice(ConfigSection section, string name)
    {
        if (section.Find(name) is not { } member)
        {
            return null;
        }

        var unset = section.Unset?.Count;
        var text = member.Value switch
        {
            Json5Number number => number.Text,
            Json5String => section.Text(name),
            _ => null,
        };
        if (section.Unset?.Count > unset)
        {
            // A variable in it is not set: that was said, and the provider is disabled.
            return null;
        }

        if (text is null
            || !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var price)
            || price is < 0 or > MostDollars
            || decimal.Round(price, MostDecimals) != price)
        {
            section.Problems.Error(section.PathOf(member.Name), member.Value.Line, member.Value is Json5Number or Json5String ? Expected : $"{Expected}, but is {member.Value.Kind}");
            return null;
        }

        return price;
    }
}
