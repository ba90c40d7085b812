using System.Globalization;

namespace Ccr.Simulator.Scripts;

/// <summary>The vocabulary: the one table behind the parser, its error message and <c>GET /sim/words</c>.</summary>
internal static class ScriptWords
{
    private const int Hour = 3_600_000;
    private const int Many = 100_000;

    /// <summary>Every word, in the order of the documentation.</summary>
    public static IReadOnlyList<ScriptWord> All { get; } =
    [
        Flag("demo", "content", "the demo text (the default)", s => s with { Content = ScriptContent.Demo }),
        Flag("text", "content", "a short plain text", s => s with { Content = ScriptContent.Text }),
        Flag("tool", "content", "one tool call; closing text when its result is in the history", s => s with { Content = ScriptContent.Tool }),
        Flag("parallel", "content", "two tool calls in one turn", s => s with { Content = ScriptContent.Parallel }),
        Flag("noargs", "content", "a call of the first declared tool that needs no argument", s => s with { Content = ScriptContent.NoArguments }),
        Flag("think", null, "thinking before everything else", s => s with { Think = true }),
        Number("steps", "N", null, 1, 1000, "N rounds of tool calls before the closing text", (s, n) => s with { Steps = n }),
        Number("events", "N", null, 1, Many, "N text deltas of filler instead of the text", (s, n) => s with { Events = n }),
        Number("words", "N", null, 1, Many, "a text of N numbered words (w1 w2 w3 ...), one delta each", (s, n) => s with { Words = n }),
        Number("bytes", "N", null, 4, 1 << 20, "UTF-8 bytes of one text delta (16)", (s, n) => s with { Bytes = n }),
        Flag("stamp", null, "each text delta begins with @nanoseconds@ of the monotonic clock", s => s with { Stamp = true }),
        Flag("burst", "flush", "all events in one flush", s => s with { Burst = true }),
        Number("split", "N", "flush", 1, 1 << 20, "a flush every N bytes, wherever that cuts an event", (s, n) => s with { Split = n }),
        Number("delay", "MS", null, 0, Hour, "wait before the response headers", (s, n) => s with { Delay = n }),
        Number("first", "MS", null, 0, Hour, "wait between the headers and the first content", (s, n) => s with { First = n }),
        Number("gap", "MS", null, 0, Hour, "wait between one content event and the next", (s, n) => s with { Gap = n }),
        new("stop", "max_tokens|refusal", null, "another reason for the end", (s, v) => s with { Stop = ReadStop(v) }),
        Number("input-tokens", "N", null, 0, int.MaxValue, "all input tokens in the usage, cached ones included", (s, n) => s with { InputTokens = n }),
        Number("cached-tokens", "N", null, 0, int.MaxValue, "input tokens read from the cache", (s, n) => s with { CachedTokens = n }),
        Number("cache-write-tokens", "N", null, 0, int.MaxValue, "input tokens written to the cache", (s, n) => s with { CacheWriteTokens = n }),
        Number("output-tokens", "N", null, 0, int.MaxValue, "output tokens in the usage", (s, n) => s with { OutputTokens = n }),
        Flag("strict", null, "check the request as real providers do: foreign signatures, fields the dialect does not know", s => s with { Strict = true }),
        new("as", "MODEL", null, "strict goes by the rules of that model", (s, v) => s with { As = v }),
        new("name", "WORD", null, "a name of its own, for what is counted and for /sim/behaviour/WORD", (s, v) => s with { Name = ReadName(v) }),
        Flag("no-prefill", null, "refuse a request that ends with words of the assistant", s => s with { NoPrefill = true }),
        Number("status", "CODE", null, 400, 599, "an error status with the dialect's error body", (s, n) => s with { Status = n }),
        Number("retry-after", "S", null, 0, 86_400, "that header, in seconds", (s, n) => Header(s, "retry-after", n.ToString(CultureInfo.InvariantCulture))),
        new("header", "NAME:VALUE", null, "one more response header", (s, v) => ReadHeader(s, v)),
        new("message", "TEXT", null, "the error's message", (s, v) => s with { Message = v }),
        new("code", "WORD", null, "the error's type (Messages), code (Chat, Responses) or status (Gemini)", (s, v) => s with { Code = v }),
        Fault("cut", FaultKind.Cut, 0, "the TCP connection is cut after N events"),
        Fault("eof", FaultKind.EndOfFile, 0, "the response ends in order after N events"),
        Fault("stall", FaultKind.Stall, 0, "silence after N events, until the caller leaves"),
        Fault("malformed", FaultKind.Malformed, 1, "the Nth event holds broken JSON"),
        Fault("error-event", FaultKind.ErrorEvent, 0, "an error event after N events, then the end"),
        Flag("no-terminator", "fault", "nothing says that the answer is complete", s => s with { Fault = FaultKind.NoTerminator }),
        Flag("no-done", "fault", "the very last event is missing", s => s with { Fault = FaultKind.NoDone }),
        Flag("error-in-200", "fault", "an error object as the body of a 200", s => s with { Fault = FaultKind.ErrorInSuccess }),
        Flag("html", "fault", "a page of HTML (with status=CODE: under that status)", s => s with { Fault = FaultKind.Html }),
        Flag("empty", "fault", "no byte of a body (with status=CODE: under that status)", s => s with { Fault = FaultKind.Empty }),
        Flag("reset", "fault", "the connection is reset before any header", s => s with { Fault = FaultKind.Reset }),
        Flag("hang", "fault", "no answer, until the caller leaves", s => s with { Fault = FaultKind.Hang }),
        Flag("once", "times", "the fault hits only the first request of its key", s => s with { Times = 1 }),
        Number("times", "N", "times", 1, Many, "the fault hits only the first N requests of its key", (s, n) => s with { Times = n }),
        Number("down", "MS", "times", 1, Hour, "the fault (503 when none is named) hits only MS, from the first request of the script's name on", (s, n) => s with { Down = n }),
    ];

    private static readonly Dictionary<string, ScriptWord> ByName = All.ToDictionary(w => w.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The word of that name, in any case of letters.</summary>
    public static ScriptWord? Find(string name) => ByName.GetValueOrDefault(name);

    private static ScriptWord Flag(string name, string? group, string help, Func<Script, Script> set) => new(name, null, group, help, (s, _) => set(s));

    private static ScriptWord Fault(string name, FaultKind kind, int min, string help) =>
        Number(name, "N", "fault", min, Many, help, (s, n) => s with { Fault = kind, FaultAt = n });

    private static ScriptWord Number(string name, string argument, string? group, int min, int max, string help, Func<Script, int, Script> set) =>
        new(name, argument, group, help, (s, v) =>
            int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= min && n <= max
                ? set(s, n)
                : throw new FormatException($"wants a whole number from {min} to {max}"));

    private static string ReadName(string value) =>
        value.Length is > 0 and <= 80 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? value
            : throw new FormatException("wants 1 to 80 letters, digits, dots, hyphens and underscores");

    private static StopReason ReadStop(string value) => value switch
    {
        "max_tokens" => StopReason.MaxTokens,
        "refusal" => StopReason.Refusal,
        _ => throw new FormatException("wants max_tokens or refusal"),
    };

    private static Script ReadHeader(Script script, string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "" : value[..colon].Trim();
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new FormatException("wants NAME:VALUE");
        }

        return Header(script, name, value[(colon + 1)..].Trim());
    }

    private static Script Header(Script script, string name, string value) =>
        value.All(c => c is >= ' ' and <= '~')
            ? script with { Headers = [.. script.Headers, new(name, value)] }
            : throw new FormatException("wants printable ASCII");
}
