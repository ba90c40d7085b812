using System.Text;
using Ccr.Protocols.Sse;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>The decoder of event streams beside a plain reading of the standard on the whole text.</summary>
internal sealed class SseTarget(FuzzCorpus corpus) : FuzzTarget("sse")
{
    private static readonly string[] Lines = ["data: a", "data:b", "data", "data:", "data:  c", "event: e", "event", "event:f", ": comment", "id: 1", "", "", "", "datax: 1", "\ufeffdata: bom", "data: é😀", " data: x", "event: " + new string('n', 70)];
    private static readonly string[] Ends = ["\n", "\r\n", "\r"];

    public override byte[] Generate(Random random)
    {
        if (random.Next(8) == 0)
        {
            var all = corpus.Streams((Ccr.Protocols.Canonical.Dialect)random.Next(4));
            return StreamMutator.Mutate(all[random.Next(all.Count)], all[random.Next(all.Count)], random);
        }

        var text = new StringBuilder(random.Next(6) == 0 ? "\ufeff" : "");
        for (var i = random.Next(12); i > 0; i--)
        {
            text.Append(Lines[random.Next(Lines.Length)]).Append(Ends[random.Next(Ends.Length)]);
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return random.Next(3) == 0 ? ByteMutator.Mutate(bytes, random) : bytes;
    }

    public override void Check(byte[] input, int seed)
    {
        var expected = Plain(input);
        var whole = new Collector();
        using (var sse = new SseDecoder())
        {
            sse.Feed(input, whole);
            sse.Complete(whole);
        }

        Hold(expected.SequenceEqual(whole.Events), "not the events that the standard gives");
        var pieces = new Collector();
        using (var sse = new SseDecoder())
        {
            var random = new Random(seed);
            for (var at = 0; at < input.Length;)
            {
                var size = Math.Min(random.Next(0, seed % 2 == 0 ? 3 : 40), input.Length - at);
                sse.Feed(input.AsSpan(at, size), pieces);
                at += size;
            }

            sse.Complete(pieces);
        }

        Hold(expected.SequenceEqual(pieces.Events), "other events when the stream comes in pieces");
        using var small = new SseDecoder(16);
        small.Feed(input, new Collector());
        small.Complete(new Collector());
    }

    /// <summary>WHATWG HTML 9.2.6, but that an event at the end needs no blank line, and names have a limit.</summary>
    private static List<string> Plain(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input.AsSpan().StartsWith("\ufeff"u8) ? input.AsSpan(3) : input);
        var events = new List<string>();
        var name = "";
        var data = new List<string>();
        foreach (var line in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n').Append(""))
        {
            if (line.Length == 0)
            {
                if (data.Count > 0)
                {
                    events.Add($"{name}|{string.Join('\n', data)}");
                }

                name = "";
                data.Clear();
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            value = value.StartsWith(' ') ? value[1..] : value;
            if (field == "data")
            {
                data.Add(value);
            }
            else if (field == "event")
            {
                name = value.Length > 20 ? "long" : value;
            }
        }

        return events;
    }

    private sealed class Collector : ISseHandler
    {
        public List<string> Events { get; } = [];

        public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
        {
            var text = Encoding.UTF8.GetString(name);
            Events.Add($"{(text.Length > 20 ? "long" : text)}|{Encoding.UTF8.GetString(data)}");
        }
    }
}
