using Ccr.Protocols.Json;

namespace Ccr.ProxyService.Routing;

/// <summary>Cuts marks that are meant for the router out of a body; every other byte stays.</summary>
internal static class TextCuts
{
    /// <summary>The body without the cuts. A text of which nothing is left becomes a full stop, since providers refuse empty ones.</summary>
    /// <param name="body">The body.</param>
    /// <param name="places">Its texts, in order.</param>
    /// <param name="cuts">What to cut, in order, each inside one of the texts.</param>
    public static byte[] Make(ReadOnlySpan<byte> body, List<TextPlace> places, List<(int Start, int Length)> cuts)
    {
        var output = new byte[body.Length];
        var length = 0;
        var from = 0;
        var next = 0;
        foreach (var place in places)
        {
            var end = place.Start + place.Length;
            if (next >= cuts.Count || cuts[next].Start >= end)
            {
                continue;
            }

            Copy(body, output, ref length, from, place.Start);
            from = place.Start;
            var textAt = length;
            while (next < cuts.Count && cuts[next].Start < end)
            {
                Copy(body, output, ref length, from, cuts[next].Start);
                from = cuts[next].Start + cuts[next].Length;
                next++;
            }

            Copy(body, output, ref length, from, end);
            from = end;
            if (EscapedText.IsBlankText(output.AsSpan(textAt, length - textAt)))
            {
                length = textAt;
                output[length++] = (byte)'.';
            }
        }

        Copy(body, output, ref length, from, body.Length);
        return output[..length];
    }

    private static void Copy(ReadOnlySpan<byte> body, byte[] output, ref int length, int from, int to)
    {
        body[from..to].CopyTo(output.AsSpan(length));
        length += to - from;
    }
}
