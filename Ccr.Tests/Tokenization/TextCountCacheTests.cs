using System.Text;
using System.Text.Json;
using Ccr.Tokenization;

namespace Ccr.Tests.Tokenization;

/// <summary>Counts of texts seen before: the same numbers for less work, in bounded memory.</summary>
public sealed class TextCountCacheTests
{
    private const int Turns = 200;

    [Fact]
    public void A_conversation_of_200_turns_costs_its_new_text_only()
    {
        var cache = new TextCountCache(65_536);
        var sent = 0L;
        for (var turn = 1; turn <= Turns; turn++)
        {
            var body = Conversation.Body(turn);
            sent += body.Length;
            var tokens = RequestTokenCounter.Count(body, BpeEncoding.Cl100kBase, cache);
            if (turn % 25 == 0)
            {
                Assert.Equal(RequestTokenCounter.Count(body, BpeEncoding.Cl100kBase), tokens);
            }
        }

        // Every text is encoded once, but for the short ones, which are not worth a look-up.
        var totals = cache.Totals;
        var last = Conversation.Body(Turns).Length;
        Assert.InRange(totals.EncodedBytes, last / 2, last * 3 / 2);
        Assert.True(totals.EncodedBytes < sent / 50, $"{totals}, sent {sent}");
        Assert.InRange(totals.Misses, 3 * (Turns - 1), (3 * Turns) + 10);
        Assert.True(totals.Hits > 95 * (totals.Hits + totals.Misses) / 100, $"{totals}");
    }

    [Fact]
    public void Texts_that_differ_in_one_byte_or_in_their_escapes_are_counted_apart()
    {
        var cache = new TextCountCache(64);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("some words 词 ", 20)));
        for (var i = 0; i < text.Length; i++)
        {
            var other = (byte[])text.Clone();
            other[i] = (byte)'#';
            Assert.Equal(BpeEncoding.Cl100kBase.CountTokens(other), cache.CountTokens(other, BpeEncoding.Cl100kBase));
        }

        foreach (var length in Enumerable.Range(0, text.Length))
        {
            foreach (var encoding in BpeEncoding.Names.Select(n => BpeEncoding.Find(n)!))
            {
                var expected = encoding.CountTokens(text.AsSpan(0, length));
                Assert.Equal(expected, cache.CountTokens(text.AsSpan(0, length), encoding));
                Assert.Equal(expected, cache.CountTokens(text.AsSpan(0, length), encoding));
            }
        }

        // The same bytes as a JSON string with escapes are another text than those bytes as they are.
        var escaped = """aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\n\n\u00e9"""u8.ToArray();
        var asText = JsonSerializer.SerializeToUtf8Bytes(new { messages = new[] { new { role = "user", content = Encoding.UTF8.GetString(escaped) } } });
        var asEscapes = Encoding.UTF8.GetBytes("{\"messages\":[{\"role\":\"user\",\"content\":\"" + Encoding.UTF8.GetString(escaped) + "\"}]}");
        Assert.Equal(BpeEncoding.Cl100kBase.CountTokens(escaped), cache.CountTokens(escaped, BpeEncoding.Cl100kBase));
        foreach (var body in new[] { asText, asEscapes, asText, asEscapes })
        {
            Assert.Equal(RequestTokenCounter.Count(body, BpeEncoding.Cl100kBase), RequestTokenCounter.Count(body, BpeEncoding.Cl100kBase, cache));
        }
    }

    [Fact]
    public void It_never_grows_and_keeps_what_is_used()
    {
        var cache = new TextCountCache(256);
        Assert.Equal(256, cache.Capacity);
        var kept = Encoding.UTF8.GetBytes(new string('k', 100));
        for (var i = 0; i < 5_000; i++)
        {
            cache.CountTokens(Encoding.UTF8.GetBytes($"a text that is long enough to be kept, number {i}"), BpeEncoding.Cl100kBase);
            cache.CountTokens(kept, BpeEncoding.Cl100kBase);
        }

        // Asked for after each new one, it is never the oldest of its four.
        Assert.Equal(4_999, cache.Totals.Hits);
    }

    [Fact]
    public void It_allocates_nothing()
    {
        var cache = new TextCountCache(1024);
        var body = Conversation.Body(20);
        AllocationTests.AssertAllocatesNothing(() => RequestTokenCounter.Count(body, BpeEncoding.Cl100kBase, cache));
    }

    [Fact]
    public async Task Many_threads_get_right_numbers()
    {
        var cache = new TextCountCache(256);
        var texts = Enumerable.Range(0, 600).Select(i => Encoding.UTF8.GetBytes($"text number {i} " + new string((char)('a' + (i % 26)), 60 + i))).ToArray();
        var expected = texts.Select(t => BpeEncoding.Cl100kBase.CountTokens(t)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 6_000; i++)
            {
                var n = (i * (7 + thread)) % texts.Length;
                Assert.Equal(expected[n], cache.CountTokens(texts[n], BpeEncoding.Cl100kBase));
            }
        })));
    }
}
