namespace Ccr.ProxyService.Configuration;

/// <summary>When a request gets the answer of an identical one that is running (Attach).</summary>
internal sealed record AttachConfig
{
    /// <summary>Whether it does. Default true; a client turns it off for a request with x-ccr-attach: off.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// Whether a request attaches to one whose client is still there (concurrent). Default false: only a try again does, known by its counter or because the first client has left. Who sends one
    /// prompt several times at once mostly wants several answers.
    /// </summary>
    public bool Concurrent { get; init; }

    /// <summary>How long a call goes on after its last client has left (windowMs). Default 1.5 s: a try again comes within a second, and a person's break must not cost much.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>The most of an answer that is kept for it, in bytes (maxBytes); a longer one cannot be attached to any more. Default 4 MiB.</summary>
    public int MaxBytes { get; init; } = 4 * 1024 * 1024;
}
