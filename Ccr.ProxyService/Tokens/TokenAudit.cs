using System.Globalization;
using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>The last 1,024 requests that were counted before they went out.</summary>
internal sealed class TokenAudit(TimeProvider time)
{
    private const int Length = 1024;

    private readonly Queue<AuditEntry> _entries = new(Length);

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<AuditEntry> Entries
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Adds one; the oldest goes.</summary>
    public void Add(string tier, in RequestTokens parts)
    {
        var entry = new AuditEntry(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), tier, parts.Messages, parts.System, parts.Tools, parts.Total);
        lock (_entries)
        {
            if (_entries.Count == Length)
            {
                _entries.Dequeue();
            }

            _entries.Enqueue(entry);
        }
    }
}
