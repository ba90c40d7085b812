using System.Globalization;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary>The sixteen faults.</summary>
internal static class Scenarios
{
    /// <summary>Words of every whole answer.</summary>
    public const int Words = 60;

    /// <summary>Words before the stream is cut or stalls.</summary>
    public const int WordsBefore = 40;

    /// <summary>The word whose event is malformed.</summary>
    public const int MalformedWord = 20;

    /// <summary>Milliseconds that the primary of S15 is down.</summary>
    public const int OutageMs = 6000;

    /// <summary>Part of the refusal's text in S13, which the client must see.</summary>
    public const string FilterReason = "content management policy";

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("S01", "429 with `Retry-After: 2`, once", "ask the same provider again, not before 1.8 s", _ => "status=429+retry-after=2+once"),
        new("S02", "429 without a header, for good", "at most 4 tries within 3 s and 6 in all, then fail over", _ => "status=429"),
        new("S03", "500, once", "ask the same provider again", _ => "status=500+once"),
        new("S04", "503, for good", "fail over, after at most 6 tries", _ => "status=503"),
        new("S05", "the connection is reset before any header, once", "ask the same provider again", _ => "reset+once"),
        new("S06", "accepts the request and never answers", "one time-out, then fail over; the silent provider is not asked twice; under 15 s", _ => "hang"),
        new("S07", "the first token comes after 20 s", "a limit for the first token, then fail over; under 15 s", _ => "first=20000"),
        new("S08", "the stream is cut after 40 of 60 words", "one whole answer, streamed live: the beginning, then the rest from the fallback, nothing twice, nothing lost", d => $"gap=20+cut={EventsThrough(d, WordsBefore)}"),
        new("S09", "the stream stalls after 40 of 60 words", "detect it, then as S08; under 15 s", d => $"gap=5+stall={EventsThrough(d, WordsBefore)}"),
        new("S10", "one event of the stream is malformed", "skip it, or go on from elsewhere; a clean end", d => $"malformed={EventsThrough(d, MalformedWord)}"),
        new("S11", "all is said, but the last event does not come and the connection stays open", "finish within 8 s, with the usage where the provider has told it", d => $"stall={EventsThrough(d, Words) + Closing(d)}"),
        new("S12", "400: the prompt is longer than the context", "not the same model again; a model with a longer context, or the fallback", ContextError),
        new("S13", "400: a content filter refused the prompt", "no other try; the reason reaches the client in its own protocol", FilterError),
        new("S14", "as S08, and the fallback's model refuses an assistant message at the end (400)", "go on in a way that it takes, in at most 3 tries; one whole answer", d => $"gap=20+cut={EventsThrough(d, WordsBefore)}") { FallbackRefusesPrefill = true },
        new("S15", $"503 for {OutageMs / 1000} s; 20 requests in 10 s", "all are answered; at most 5 tries of the primary while it is down; back to it afterwards", _ => $"down={OutageMs}") { Requests = 20 },
        new("S16", "as S04, seen from the accounts", "model and usage are the fallback's; the proxy's own record has every try and one answer", _ => "status=503"),
    ];

    /// <summary>Events of a stream up to and with that word: what stands before the first one differs by dialect.</summary>
    private static int EventsThrough(WireDialect dialect, int word) => word + dialect switch
    {
        WireDialect.Messages => 3, // message_start, content_block_start, ping
        WireDialect.Chat => 1, // the role
        _ => 4, // created, in_progress, output_item.added, content_part.added
    };

    /// <summary>Events between the last word and the last event.</summary>
    private static int Closing(WireDialect dialect) => dialect switch
    {
        WireDialect.Messages => 2, // content_block_stop, message_delta
        WireDialect.Chat => 2, // finish_reason, usage
        _ => 3, // output_text.done, content_part.done, output_item.done
    };

    private static string ContextError(WireDialect dialect) => dialect == WireDialect.Messages
        ? "status=400+message=prompt is too long: 201000 tokens > 200000 maximum"
        : "status=400+code=context_length_exceeded+message=Your input exceeds the context window of this model. Please adjust your input and try again.";

    private static string FilterError(WireDialect dialect) => string.Create(
        CultureInfo.InvariantCulture,
        $"status=400{(dialect == WireDialect.Messages ? "" : "+code=content_filter")}+message=Output blocked by content filtering policy: the prompt triggered the {FilterReason}.");
}
