using System.Text.RegularExpressions;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>A right stream that is cut somewhere ends well only when the bytes that say so had come: the input is the stream up to the cut.</summary>
internal sealed partial class CutTarget(Dialect dialect, FuzzCorpus corpus) : FuzzTarget($"cut-{dialect}")
{
    public override byte[] Generate(Random random)
    {
        var all = corpus.Streams(dialect);
        var stream = all[random.Next(all.Count)];

        // Most of what can go wrong is near the end.
        return stream[..(random.Next(2) == 0 ? random.Next(stream.Length + 1) : Math.Max(0, stream.Length - random.Next(600)))];
    }

    public override void Check(byte[] input, int seed)
    {
        var sink = new GrammarSink((input.Length * 8) + 1000);
        using var decoder = FuzzClients.Decoder(dialect, sink);
        decoder.Feed(input);
        decoder.Complete();
        if (sink.Fault is { } fault)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }

        Hold(sink.IsFinished, "neither End nor Error");
        Hold(!sink.Ended || Terminal().IsMatch(System.Text.Encoding.Latin1.GetString(input)), "an end that the provider did not say");
    }

    private Regex Terminal() => dialect switch
    {
        Dialect.Anthropic => Anthropic(),
        Dialect.OpenAIChat => Chat(),
        Dialect.OpenAIResponses => Responses(),
        _ => Gemini(),
    };

    [GeneratedRegex("\"type\"\\s*:\\s*\"message_stop\"|\"stop_reason\"\\s*:\\s*\"[a-z_]+\"")]
    private static partial Regex Anthropic();

    [GeneratedRegex("\"finish_reason\"\\s*:\\s*\"[a-zA-Z_]+\"|data: ?\\[DONE\\]")]
    private static partial Regex Chat();

    [GeneratedRegex("\"type\"\\s*:\\s*\"response\\.(completed|incomplete|done)\"")]
    private static partial Regex Responses();

    [GeneratedRegex("\"finishReason\"\\s*:\\s*\"[A-Z_]+\"|\"blockReason\"\\s*:\\s*\"[A-Z_]+\"")]
    private static partial Regex Gemini();
}
