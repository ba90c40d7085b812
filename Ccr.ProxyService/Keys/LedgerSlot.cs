namespace Ccr.ProxyService.Keys;

/// <summary>What was let in within five seconds.</summary>
internal sealed class LedgerSlot
{
    /// <summary>Which five seconds: Unix seconds divided by five.</summary>
    public long At { get; set; }

    /// <summary>Requests.</summary>
    public int Requests { get; set; }

    /// <summary>Tokens: those reserved, and what requests that are over really used.</summary>
    public long Tokens { get; set; }
}
