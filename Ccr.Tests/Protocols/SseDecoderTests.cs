using System.Text;
using Ccr.Protocols.Sse;

namespace Ccr.Tests.Protocols;

/// <summary>The event stream format, fed whole and split at every byte.</summary>
public class SseDecoderTests
{
    [Theory]
    [InlineData("data: a\n\n", "|a")]
    [InlineData("event: x\ndata: a\n\n", "x|a")]
    [InlineData("event:x\ndata:a\n\n", "x|a")]
    [InlineData("data:  a\n\n", "| a")]
    [InlineData("data: a\r\n\r\n", "|a")]
    [InlineData("data: a\r\r", "|a")]
    [InlineData("data: a\ndata: b\n\n", "|a\nb")]
    [InlineData("data: a\ndata\ndata: b\n\n", "|a\n\nb")]
    [InlineData(": comment\n\ndata: a\n\n", "|a")]
    [InlineData("data: a\n: comment\n\n", "|a")]
    [InlineData("id: 1\nretry: 5\ndata: a\n\n", "|a")]
    [InlineData("dataX: no\ndata: a\n\n", "|a")]
    [InlineData("event: lost\n\ndata: a\n\n", "|a")]
    [InlineData("\uFEFFdata: a\n\n", "|a")]
    [InlineData("data: a\n\ndata: b", "|a;|b")]
    [InlineData("data: a\n\nevent: y\r\ndata: b\r\n\r\ndata: c\n\n", "|a;y|b;|c")]
    [InlineData("\n\n\ndata: a\n\n", "|a")]
    [InlineData("data: größe 日本語 😀\n\n", "|größe 日本語 😀")]
    public void Events_are_the_same_whole_and_split_at_every_byte(string stream, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        Assert.Equal(expected, Decode(bytes, bytes.Length));
        for (var at = 0; at <= bytes.Length; at++)
        {
            Assert.Equal(expected, Decode(bytes, at));
        }

        Assert.Equal(expected, DecodeBytewise(bytes));
    }

    [Fact]
    public void A_byte_order_mark_that_is_none_belongs_to_the_first_line()
    {
        // EF BB and then something else: not a mark; the line is of no known field.
        Assert.Equal("|a", DecodeBytewise([0xEF, 0xBB, (byte)'x', (byte)'\n', .. "data: a\n\n"u8]));
    }

    [Fact]
    public void An_event_past_the_limit_is_told_and_nothing_more_is_decoded()
    {
        using var decoder = new SseDecoder(maxEventBytes: 16);
        var events = new Events();
        decoder.Feed("data: 0123456789"u8, events);
        decoder.Feed("0123456789\n\ndata: b\n\n"u8, events);
        Assert.True(decoder.TooLarge);
        Assert.Equal("", events.ToString());
    }

    private static string Decode(byte[] bytes, int split)
    {
        using var decoder = new SseDecoder();
        var events = new Events();
        decoder.Feed(bytes.AsSpan(0, split), events);
        decoder.Feed(bytes.AsSpan(split), events);
        decoder.Complete(events);
        return events.ToString();
    }

    private static string DecodeBytewise(byte[] bytes)
    {
        using var decoder = new SseDecoder();
        var events = new Events();
        foreach (var b in bytes)
        {
            decoder.Feed([b], events);
        }

        decoder.Complete(events);
        return events.ToString();
    }

    private sealed class Events : ISseHandler
    {
        private readonly List<string> _seen = [];

        public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data) => _seen.Add(Encoding.UTF8.GetString(name) + "|" + Encoding.UTF8.GetString(data));

        public override string ToString() => string.Join(';', _seen);
    }
}
