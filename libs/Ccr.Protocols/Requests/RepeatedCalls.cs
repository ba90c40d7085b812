using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>
/// Calls of one turn that share an id, as some servers make them: providers refuse a history in which one id stands for two calls. All but the first get
/// an id of their own, and results are given to them in order.
/// </summary>
internal static class RepeatedCalls
{
    /// <summary>The call, under another id when an open call has that one already.</summary>
    public static ToolUseBlock Distinct(ToolUseBlock call, List<ToolUseBlock> open)
    {
        if (!Has(open, call.Id))
        {
            return call;
        }

        for (var number = 2; ; number++)
        {
            var id = Numbered(call.Id, number);
            if (!Has(open, id))
            {
                return call with { Id = id };
            }
        }
    }

    /// <summary>The ids that calls of that id may stand under, the first first.</summary>
    public static EscapedText Numbered(EscapedText id, int number) =>
        number == 1 ? id : new((byte[])[.. id.Span, (byte)'_', .. System.Text.Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture))]);

    /// <summary>The place of the open call with that id; -1 when there is none.</summary>
    public static int Find(List<ToolUseBlock> open, EscapedText id)
    {
        for (var i = 0; i < open.Count; i++)
        {
            if (open[i].Id.Span.SequenceEqual(id.Span))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool Has(List<ToolUseBlock> open, EscapedText id) => Find(open, id) >= 0;
}
