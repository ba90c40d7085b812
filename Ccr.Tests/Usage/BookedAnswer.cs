using Ccr.Protocols.Canonical;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Usage;

/// <summary>An answer as a provider gives it, and what has to be in the books for it.</summary>
/// <param name="Name">What is special about it; also the model's name, so that each row has a tier of its own.</param>
/// <param name="Provider">The provider's dialect.</param>
/// <param name="Stream">Whether a stream was asked for.</param>
/// <param name="Answer">What it writes.</param>
/// <param name="Tokens">Input, of it read from the cache, written for five minutes, written for an hour; output, of it reasoning.</param>
/// <param name="Cost">Dollars, as JSON writes them; null for unknown.</param>
internal sealed record BookedAnswer(
    string Name, Dialect Provider, bool Stream, string[] Answer, (long Input, long Read, long FiveMinutes, long Hour, long Output, long Reasoning) Tokens, string? Cost)
{
    /// <summary>
    /// The table. Prices per million: input 1, read 0.1, written 1.25, for an hour 2, output 5, reasoning 7. The sums in the comments are in millionths of a dollar.
    /// </summary>
    public static readonly BookedAnswer[] All =
    [
        // 100 x 1 + 300 x 0.1 + 350 x 1.25 + 250 x 2 + 70 x 5 = 100 + 30 + 437.5 + 500 + 350 = 1417.5. Input is 100 + 300 + 600.
        Whole("anthropic-whole-cached", Dialect.Anthropic,
            """{"input_tokens":100,"cache_read_input_tokens":300,"cache_creation_input_tokens":600,"cache_creation":{"ephemeral_5m_input_tokens":350,"ephemeral_1h_input_tokens":250},"output_tokens":70}""",
            (1000, 300, 350, 250, 70, 0), "0.0014175"),

        // The same; what it wrote is told at the end, as a sum and not as an addition to the 3 of the beginning.
        Anthropic("anthropic-stream-cached",
            """{"input_tokens":100,"cache_read_input_tokens":300,"cache_creation_input_tokens":600,"cache_creation":{"ephemeral_5m_input_tokens":350,"ephemeral_1h_input_tokens":250},"output_tokens":3}""",
            """{"output_tokens":70}""",
            (1000, 300, 350, 250, 70, 0), "0.0014175"),

        // 11 + 22 x 5 = 121.
        Anthropic("anthropic-stream-plain", """{"input_tokens":11,"output_tokens":1}""", """{"output_tokens":22}""", (11, 0, 0, 0, 22, 0), "0.000121"),

        // The end corrects the beginning (a server tool has made it read more): 25 + 5 x 0.1 + 30 x 5 = 175.5.
        Anthropic("anthropic-stream-corrected", """{"input_tokens":10,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":1}""",
            """{"input_tokens":25,"cache_read_input_tokens":5,"cache_creation_input_tokens":0,"output_tokens":30}""", (30, 5, 0, 0, 30, 0), "0.0001755"),

        // 10 + (100 - 40) x 5 + 40 x 7 = 10 + 300 + 280 = 590.
        Anthropic("anthropic-stream-thinking", """{"input_tokens":10,"output_tokens":1}""", """{"output_tokens":100,"output_tokens_details":{"thinking_tokens":40}}""", (10, 0, 0, 0, 100, 40), "0.00059"),

        // (1000 - 400) x 1 + 400 x 0.1 + (50 - 20) x 5 + 20 x 7 = 600 + 40 + 150 + 140 = 930.
        Whole("chat-whole-cached", Dialect.OpenAIChat,
            """{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050,"prompt_tokens_details":{"cached_tokens":400},"completion_tokens_details":{"reasoning_tokens":20}}""",
            (1000, 400, 0, 0, 50, 20), "0.00093"),
        Chat("chat-stream-cached",
            """{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050,"prompt_tokens_details":{"cached_tokens":400},"completion_tokens_details":{"reasoning_tokens":20}}""",
            (1000, 400, 0, 0, 50, 20), "0.00093"),

        // A gateway that tells what was written: (1000 - 400 - 200) + 400 x 0.1 + 200 x 1.25 + 50 x 5 = 400 + 40 + 250 + 250 = 940.
        Chat("chat-stream-written", """{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050,"prompt_tokens_details":{"cached_tokens":400,"cache_write_tokens":200}}""", (1000, 400, 200, 0, 50, 0), "0.00094"),

        // DeepSeek's spelling: 300 + 700 x 0.1 + 10 x 5 = 300 + 70 + 50 = 420.
        Chat("chat-stream-hits", """{"prompt_tokens":1000,"completion_tokens":10,"total_tokens":1010,"prompt_cache_hit_tokens":700,"prompt_cache_miss_tokens":300}""", (1000, 700, 0, 0, 10, 0), "0.00042"),

        // Reasoning beside the completion (xAI): output is 1090 - 1000 = 90. 1000 + (90 - 60) x 5 + 60 x 7 = 1000 + 150 + 420 = 1570.
        Chat("chat-stream-beside", """{"prompt_tokens":1000,"completion_tokens":30,"total_tokens":1090,"completion_tokens_details":{"reasoning_tokens":60}}""", (1000, 0, 0, 0, 90, 60), "0.00157"),

        // Nobody told: the cost is not 0 but unknown.
        new("chat-stream-untold", Dialect.OpenAIChat, true, [.. Wire.Frames(Dialect.OpenAIChat)[..4], "data: [DONE]\n\n"], default, null),

        Whole("responses-whole-cached", Dialect.OpenAIResponses,
            """{"input_tokens":1000,"input_tokens_details":{"cached_tokens":400},"output_tokens":50,"output_tokens_details":{"reasoning_tokens":20},"total_tokens":1050}""",
            (1000, 400, 0, 0, 50, 20), "0.00093"),
        Responses("responses-stream-cached",
            """{"input_tokens":1000,"input_tokens_details":{"cached_tokens":400},"output_tokens":50,"output_tokens_details":{"reasoning_tokens":20},"total_tokens":1050}""",
            (1000, 400, 0, 0, 50, 20), "0.00093"),

        // 12 + 4 x 5 = 32.
        Responses("responses-stream-plain", """{"input_tokens":12,"output_tokens":4,"total_tokens":16}""", (12, 0, 0, 0, 4, 0), "0.000032"),

        // The candidates do not hold the thoughts: output is 30 + 20. The same 930.
        Whole("gemini-whole-cached", Dialect.Gemini,
            """{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":30,"thoughtsTokenCount":20,"totalTokenCount":1050}""",
            (1000, 400, 0, 0, 50, 20), "0.00093"),

        // Every chunk tells the sum so far; the last one holds.
        Gemini("gemini-stream-cached",
            """{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":1,"thoughtsTokenCount":20,"totalTokenCount":1021}""",
            """{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":30,"thoughtsTokenCount":20,"totalTokenCount":1050}""",
            (1000, 400, 0, 0, 50, 20), "0.00093"),
    ];

    /// <summary>The usage of <see cref="Wire"/>'s answers.</summary>
    private static string WireUsage(Dialect provider, bool end) => provider switch
    {
        Dialect.Anthropic => end ? """{"input_tokens":10,"output_tokens":5}""" : """{"input_tokens":10,"output_tokens":1}""",
        Dialect.OpenAIChat => """{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}""",
        Dialect.OpenAIResponses => """{"input_tokens":10,"input_tokens_details":{"cached_tokens":0},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15}""",
        _ => """{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}""",
    };

    /// <summary>A stream of a provider with other counts: those of the beginning and those of the end.</summary>
    public static string[] Frames(Dialect provider, string begin, string end)
    {
        var frames = Wire.Frames(provider);
        for (var i = 0; i < frames.Length; i++)
        {
            frames[i] = provider switch
            {
                Dialect.Anthropic => Replace(Replace(frames[i], WireUsage(provider, false), begin), WireUsage(provider, true), end),
                Dialect.Gemini => Replace(frames[i], WireUsage(provider, true), i == frames.Length - 1 ? end : begin),
                _ => Replace(frames[i], WireUsage(provider, true), end),
            };
        }

        return frames;
    }

    private static BookedAnswer Whole(string name, Dialect provider, string usage, (long, long, long, long, long, long) tokens, string cost) =>
        new(name, provider, false, [Replace(Wire.Whole(provider), WireUsage(provider, true), usage)], tokens, cost);

    private static BookedAnswer Anthropic(string name, string begin, string end, (long, long, long, long, long, long) tokens, string cost) =>
        new(name, Dialect.Anthropic, true, Frames(Dialect.Anthropic, begin, end), tokens, cost);

    private static BookedAnswer Chat(string name, string usage, (long, long, long, long, long, long) tokens, string cost) => new(name, Dialect.OpenAIChat, true, Frames(Dialect.OpenAIChat, "", usage), tokens, cost);

    private static BookedAnswer Responses(string name, string usage, (long, long, long, long, long, long) tokens, string cost) =>
        new(name, Dialect.OpenAIResponses, true, Frames(Dialect.OpenAIResponses, "", usage), tokens, cost);

    private static BookedAnswer Gemini(string name, string begin, string end, (long, long, long, long, long, long) tokens, string cost) => new(name, Dialect.Gemini, true, Frames(Dialect.Gemini, begin, end), tokens, cost);

    private static string Replace(string text, string old, string with) => text.Replace(old, with, StringComparison.Ordinal);
}
