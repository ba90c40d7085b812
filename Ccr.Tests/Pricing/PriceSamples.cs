using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Pricing;

namespace Ccr.Tests.Pricing;

/// <summary>Providers and times for the tests.</summary>
internal static class PriceSamples
{
    /// <summary>Noon UTC on a day after the last change in the table but one.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 10, 1, 12, 0, 0, TimeSpan.Zero);

    public static ProviderConfig Provider(string url) => new() { Name = "p", BaseUrl = new(url), Protocol = Dialect.OpenAIChat, Models = [] };

    public static ModelPrice? Find(this PriceBook book, string url, string model, DateTimeOffset? at = null) => book.Find(Provider(url), model, at ?? Noon);
}
