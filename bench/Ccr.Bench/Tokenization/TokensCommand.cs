using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ccr.Tokenization;

namespace Ccr.Bench.Tokenization;

/// <summary>
/// <c>tokens</c>: what docs/tokenization.md says of speed, measured in one run, one after the other on one thread: side by side with npm's tokenizers, on
/// texts made to be slow, and on a conversation of 200 turns with and without kept counts.
/// </summary>
internal static class TokensCommand
{
    private const int Megabyte = 1_000_000;
    private const int Turns = 200;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "How long each text is counted by each tokenizer", DefaultValueFactory = static _ => 2 };
        var command = new Command("tokens", "Token counting: side by side with npm tiktoken and gpt-tokenizer (found by CCR_NODE_TOOLS), pathological texts, a conversation of 200 turns") { seconds };
        command.SetAction((parsed, cancellationToken) => RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan perText, CancellationToken cancellationToken)
    {
        var result = await TokenizerComparison.RunAsync(perText, cancellationToken).ConfigureAwait(false);
        Console.WriteLine();
        Pathological();
        Console.WriteLine();
        Conversation();
        return result;
    }

    private static void Pathological()
    {
        Console.WriteLine("encoding     1 MB of     tokens       ms   bytes allocated");
        foreach (var encoding in new[] { BpeEncoding.Cl100kBase, BpeEncoding.O200kBase })
        {
            foreach (var (name, unit) in new[] { ("letter a", "a"), ("spaces", " "), ("emoji", "😀"), ("line ends", "\n"), ("hanzi", "一"), ("digits", "1"), ("equals", "=") })
            {
                var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, Megabyte / Encoding.UTF8.GetByteCount(unit))));
                var tokens = encoding.CountTokens(text);
                Action count = () => encoding.CountTokens(text);
                var before = GC.GetAllocatedBytesForCurrentThread();
                var best = Best(5, count);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{encoding.Name,-11}  {name,-9} {tokens,8} {best.TotalMilliseconds,8:F1}   {GC.GetAllocatedBytesForCurrentThread() - before}"));
            }
        }
    }

    private static void Conversation()
    {
        var bodies = Enumerable.Range(1, Turns).Select(TokenTexts.Turn).ToArray();
        var sent = bodies.Sum(static b => (long)b.Length);
        var encoding = BpeEncoding.Cl100kBase;
        var whole = Best(1, () => CountAll(bodies, encoding, null));
        var cache = new TextCountCache(256 * 1024);
        var kept = Best(1, () => CountAll(bodies, encoding, cache));
        var totals = cache.Totals;
        var last = bodies[^1];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            a conversation of {Turns} turns: {sent / 1e6:F1} MB sent, the last request {last.Length / 1e6:F2} MB
            counted whole each time: {whole.TotalMilliseconds:F0} ms; with kept counts: {kept.TotalMilliseconds:F0} ms
            texts known {totals.Hits}, new {totals.Misses} ({100.0 * totals.Hits / (totals.Hits + totals.Misses):F1} % known); bytes encoded {totals.EncodedBytes / 1e6:F2} MB ({100.0 * totals.EncodedBytes / sent:F2} % of those sent)
            the last request alone: {Best(5, () => RequestTokenCounter.Count(last, encoding)).TotalMilliseconds:F2} ms whole, {Best(20, () => RequestTokenCounter.Count(last, encoding, cache)).TotalMilliseconds:F2} ms known
            """));
    }

    private static void CountAll(byte[][] bodies, BpeEncoding encoding, TextCountCache? cache)
    {
        foreach (var body in bodies)
        {
            RequestTokenCounter.Count(body, encoding, cache);
        }
    }

    private static TimeSpan Best(int runs, Action action)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            var took = Stopwatch.GetElapsedTime(start);
            best = took < best ? took : best;
        }

        return best;
    }
}
