using System.Text.Json;

namespace Ccr.ProxyService.Pricing;

/// <summary>The list prices that come with this program (prices.json, made by eng/prices/make-prices.mjs).</summary>
internal sealed class PriceTable
{
    private const string Resource = "Ccr.ProxyService.Pricing.prices.json";

    private PriceTable(string source, string date, PricedProvider[] providers) => (Source, Date, Providers) = (source, date, providers);

    /// <summary>The package and version that the prices were taken from.</summary>
    public string Source { get; }

    /// <summary>The day as of which they were taken.</summary>
    public string Date { get; }

    /// <summary>The providers; the first one that owns an address counts.</summary>
    public IReadOnlyList<PricedProvider> Providers { get; }

    /// <summary>Reads the table of this program.</summary>
    public static PriceTable Load()
    {
        using var stream = typeof(PriceTable).Assembly.GetManifestResourceStream(Resource)!;
        using var document = JsonDocument.Parse(stream);
        return Read(document.RootElement);
    }

    /// <summary>The provider whose address that is; null when the table has none.</summary>
    public PricedProvider? Find(Uri address) => Providers.FirstOrDefault(provider => provider.Owns(address));

    private static PriceTable Read(JsonElement root)
    {
        var byId = new Dictionary<string, PricedProvider>(StringComparer.Ordinal);
        foreach (var json in root.GetProperty("providers").EnumerateArray())
        {
            var id = json.GetProperty("id").GetString()!;
            byId.Add(id, new(
                id,
                [.. json.GetProperty("at").EnumerateArray().Select(a => new AddressRule(a.GetString()!))],
                [.. json.GetProperty("models").EnumerateArray().Select(ReadModel)]));
        }

        foreach (var json in root.GetProperty("providers").EnumerateArray())
        {
            if (json.TryGetProperty("also", out var also))
            {
                byId[json.GetProperty("id").GetString()!].Also = [.. also.EnumerateArray().Select(a => byId[a.GetString()!])];
            }
        }

        return new(root.GetProperty("source").GetString()!, root.GetProperty("date").GetString()!, [.. byId.Values]);
    }

    /// <summary>[name, rule, prices], where prices are one object or a list of [when, object].</summary>
    private static PricedModel ReadModel(JsonElement json) => new(
        json[0].GetString()!,
        NameRule.Read(json[1]),
        json[2].ValueKind == JsonValueKind.Array
            ? [.. json[2].EnumerateArray().Select(p => (PriceTime.Read(p[0].GetString()!), ReadPrice(p[1])))]
            : [(default, ReadPrice(json[2]))]);

    private static ModelPrice ReadPrice(JsonElement json)
    {
        var price = new ModelPrice();
        foreach (var member in json.EnumerateObject())
        {
            var value = member.Value;
            price = member.Name switch
            {
                "in" => price with { Input = ReadRate(value) },
                "read" => price with { CacheRead = ReadRate(value) },
                "write" => price with { CacheWrite = ReadRate(value) },
                "write1h" => price with { CacheWriteHour = ReadRate(value) },
                "out" => price with { Output = ReadRate(value) },
                "reason" => price with { Reasoning = ReadRate(value) },
                "search" => price with { ThousandWebSearches = value.GetDecimal() },
                "request" => price with { ThousandRequests = value.GetDecimal() },
                _ => throw new FormatException($"A price of an unknown kind: {member.Name}."),
            };
        }

        return price;
    }

    /// <summary>A number, or [number, [more input tokens than this, number], …].</summary>
    private static Rate ReadRate(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? new(json[0].GetDecimal(), [.. json.EnumerateArray().Skip(1).Select(s => (s[0].GetInt64(), s[1].GetDecimal()))])
        : new(json.GetDecimal());
}
