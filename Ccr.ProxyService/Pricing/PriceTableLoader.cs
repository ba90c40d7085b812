using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Pricing;

/// <summary>Reads the price table beside the start, so that the end of the first answer does not wait for it; not at all where every provider is on this machine.</summary>
internal sealed class PriceTableLoader(PriceBook book, IConfigStore store) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        store.Current.Providers.Any(static p => !p.BaseUrl.IsLoopback) ? Task.Run(() => _ = book.Table, stoppingToken) : Task.CompletedTask;
}
