using System.Text;
using Ccr.Protocols.Json;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>The text and the reasoning of a logged message.</summary>
internal static class TextSinkReading
{
    /// <summary>Reads the log; throws what the message did wrong.</summary>
    public static (string Text, string Reasoning) Of(GrammarSink message)
    {
        if (message.Fault is { } fault)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }

        var (text, reasoning) = (new StringBuilder(), new StringBuilder());
        foreach (var line in Encoding.UTF8.GetString(message.Log.WrittenSpan).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is 't' or 'h')
            {
                (line[0] == 't' ? text : reasoning).Append(line.AsSpan(1));
            }
        }

        return (Plain(text), Plain(reasoning));
    }

    // Pieces are joined before they are unescaped: halves of a pair may come apart.
    private static string Plain(StringBuilder escaped) => EscapedText.Unescape(Encoding.UTF8.GetBytes(escaped.ToString()));
}
