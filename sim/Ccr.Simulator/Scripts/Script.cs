namespace Ccr.Simulator.Scripts;

/// <summary>What one request asks the simulator to play; <see cref="ScriptWords"/> has the words that set it.</summary>
internal sealed record Script
{
    /// <summary>The demo text, at full speed, without fault.</summary>
    public static Script Default { get; } = new();

    public ScriptContent Content { get; init; }

    /// <summary>Thinking comes before everything else.</summary>
    public bool Think { get; init; }

    /// <summary>Rounds of tool calls before the closing text.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>Text deltas of filler instead of the text; null: the text itself.</summary>
    public int? Events { get; init; }

    /// <summary>A text of so many numbered words, <c>w1 w2 w3</c>, one delta each; null: the text itself.</summary>
    public int? Words { get; init; }

    /// <summary>A name of the script's own: what it counts is counted by it, and the behaviour of that name acts on it; null: none.</summary>
    public string? Name { get; init; }

    /// <summary>A request that ends with words of the assistant is refused.</summary>
    public bool NoPrefill { get; init; }

    /// <summary>UTF-8 bytes of one text delta.</summary>
    public int Bytes { get; init; } = 16;

    /// <summary>Each text delta begins with the moment of its sending, <c>@nanoseconds@</c> of the monotonic clock.</summary>
    public bool Stamp { get; init; }

    /// <summary>All events in one flush instead of one each.</summary>
    public bool Burst { get; init; }

    /// <summary>Bytes of one flush, so that events are cut anywhere; null: a flush is an event.</summary>
    public int? Split { get; init; }

    /// <summary>Milliseconds before the response's headers.</summary>
    public int Delay { get; init; }

    /// <summary>Milliseconds between the headers and the first content.</summary>
    public int First { get; init; }

    /// <summary>Milliseconds between one content event and the next.</summary>
    public int Gap { get; init; }

    public StopReason? Stop { get; init; }

    public int? InputTokens { get; init; }

    public int? CachedTokens { get; init; }

    public int? CacheWriteTokens { get; init; }

    public int? OutputTokens { get; init; }

    /// <summary>Requests are checked as real providers check them.</summary>
    public bool Strict { get; init; }

    /// <summary>The model whose rules hold (strict); null: the one that was asked for.</summary>
    public string? As { get; init; }

    public FaultKind Fault { get; init; }

    /// <summary>Events before the fault (for <see cref="FaultKind.Malformed"/> the number of the broken event, from 1).</summary>
    public int FaultAt { get; init; }

    /// <summary>The fault hits only so many requests of one key; null: all.</summary>
    public int? Times { get; init; }

    /// <summary>The fault hits only so many milliseconds, from the first request of its name on; null: always.</summary>
    public int? Down { get; init; }

    /// <summary>The status of the response when a fault has one.</summary>
    public int? Status { get; init; }

    /// <summary>The message of the error; null: one that names the script.</summary>
    public string? Message { get; init; }

    /// <summary>The dialect's error code; null: the one that goes with the status.</summary>
    public string? Code { get; init; }

    /// <summary>More response headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The same script when its fault has had its turns.</summary>
    public Script WithoutFault() => this with { Fault = FaultKind.None, FaultAt = 0, Times = null, Down = null, Status = null, Message = null, Code = null, Headers = [] };
}
