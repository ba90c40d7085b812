using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>The attempts of a call that another one was faster than: what a provider had told of them before they were given up is billed too.</summary>
internal sealed class RaceLosers
{
    // They end as soon as they notice; the client has its whole answer by then.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly List<(int Entry, Task<TokenCounts> Used)> _losers = [];

    /// <summary>Notes one that was given up.</summary>
    /// <param name="entry">Its place among the call's attempts.</param>
    /// <param name="used">Ends when it has ended, with what it used.</param>
    public void Add(int entry, Task<TokenCounts> used) => _losers.Add((entry, used));

    /// <summary>Enters into the account what they used.</summary>
    public async Task SettleAsync(ProxyCall call, TimeProvider time)
    {
        foreach (var (entry, used) in _losers)
        {
            try
            {
                var counts = await used.WaitAsync(Patience, time).ConfigureAwait(false);
                call.Attempts[entry] = call.Attempts[entry] with { Tokens = TokenUsage.From(counts) };
                call.Counts += counts;
            }
            catch (TimeoutException)
            {
                // It hangs somewhere; the account does not wait for it.
            }
        }
    }
}
