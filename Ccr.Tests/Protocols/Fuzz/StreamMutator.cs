using System.Text;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>Damages event streams: frames lost, doubled, in another order, spliced from two streams, with other line ends or with changed JSON inside.</summary>
internal static class StreamMutator
{
    /// <summary>One to a few changes; the second stream is there to take frames from.</summary>
    public static byte[] Mutate(byte[] stream, byte[] other, Random random)
    {
        for (var i = random.Next(3) == 0 ? random.Next(2, 6) : 1; i > 0; i--)
        {
            stream = One(stream, other, random);
        }

        return stream;
    }

    /// <summary>The frames of a stream, each with the blank line that ends it.</summary>
    public static List<byte[]> Frames(byte[] stream)
    {
        var frames = new List<byte[]>();
        for (var at = 0; at < stream.Length;)
        {
            var rest = stream.AsSpan(at);
            var lf = rest.IndexOf("\n\n"u8);
            var crlf = rest.IndexOf("\r\n\r\n"u8);
            var end = crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 4 : lf >= 0 ? lf + 2 : rest.Length;
            frames.Add(rest[..end].ToArray());
            at += end;
        }

        return frames;
    }

    private static byte[] One(byte[] stream, byte[] other, Random random)
    {
        var frames = Frames(stream);
        if (frames.Count == 0)
        {
            return ByteMutator.Garbage(random);
        }

        var at = random.Next(frames.Count);
        switch (random.Next(14))
        {
            case 0:
                frames.RemoveAt(at);
                break;
            case 1:
                frames.Insert(random.Next(frames.Count + 1), frames[at]);
                break;
            case 2:
                var to = random.Next(frames.Count);
                (frames[at], frames[to]) = (frames[to], frames[at]);
                break;
            case 3:
                var others = Frames(other);
                frames.RemoveRange(at, frames.Count - at);
                frames.AddRange(others.Skip(random.Next(others.Count + 1)));
                break;
            case 4:
                var more = Frames(other);
                if (more.Count > 0)
                {
                    frames.Insert(at, more[random.Next(more.Count)]);
                }

                break;
            case 5:
                return Encoding.Latin1.GetBytes(LineEnds(Encoding.Latin1.GetString(stream), random));
            case 6:
                string[] odd = [": ping\n\n", "data:\n\n", "data: [DONE]\n\n", "event: error\ndata: {}\n\n", "data: null\n\n", "data: []\n\n", "data: {}\n\n", "data: {\"error\":{\"message\":\"m\",\"type\":\"t\",\"code\":429}}\n\n", "retry: 5\nid: 3\n\n", "event: ping\ndata: {\"type\":\"ping\"}\n\n", "data: {\"error\":\"x\"}\n\n", "\ufeff"];
                frames.Insert(at, Encoding.UTF8.GetBytes(odd[random.Next(odd.Length)]));
                break;
            case 7:
                return ByteMutator.Mutate(stream, random);
            case 8:
                frames[at] = ByteMutator.Mutate(frames[at], random);
                break;
            default:
                frames[at] = InJson(frames[at], random);
                break;
        }

        return [.. frames.SelectMany(f => f)];
    }

    private static byte[] InJson(byte[] frame, Random random)
    {
        var start = frame.AsSpan().IndexOf((byte)'{');
        var end = frame.AsSpan().LastIndexOf((byte)'}');
        return start < 0 || end < start ? frame : [.. frame.AsSpan(0, start), .. JsonMutator.Mutate(frame[start..(end + 1)], random), .. frame.AsSpan(end + 1)];
    }

    private static string LineEnds(string text, Random random)
    {
        var plain = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        var mode = random.Next(3);
        var result = new StringBuilder();
        foreach (var c in plain)
        {
            result.Append(c != '\n' ? c.ToString() : mode switch { 0 => "\r\n", 1 => "\r", _ => random.Next(3) switch { 0 => "\n", 1 => "\r\n", _ => "\r" } });
        }

        return result.ToString();
    }
}
