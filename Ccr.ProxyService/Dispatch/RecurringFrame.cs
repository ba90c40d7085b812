using System.Text.Unicode;
using Ccr.Protocols.Json;

namespace Ccr.ProxyService.Dispatch;

/// <summary>The usual event of an answer that passes through, as <see cref="RecurringEvent"/> has it, with the lines around its document.</summary>
internal struct RecurringFrame
{
    private RecurringEvent _event;

    /// <summary>True when its words are reasoning.</summary>
    public bool IsThinking { get; private set; }

    /// <summary>Remembers an event that said nothing but these words, where it is certain which bytes of it they are: they stand in it, in quotes, once.</summary>
    public void Learn(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> words, bool isThinking)
    {
        var at = -1;
        for (var from = 0; from < frame.Length && frame[from..].IndexOf(words) is >= 0 and var step; from++)
        {
            from += step;
            if (from == 0 || from + words.Length >= frame.Length || frame[from - 1] != '"' || frame[from + words.Length] != '"')
            {
                continue;
            }

            if (at >= 0)
            {
                return;
            }

            at = from;
        }

        if (at >= 0 && _event.Learn(frame, frame.Slice(at, words.Length)))
        {
            IsThinking = isThinking;
        }
    }

    /// <summary>Whether an event differs from the remembered one in its words only.</summary>
    public readonly bool TryMatch(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> words) => _event.TryMatch(frame, out words) && !words.IsEmpty && Utf8.IsValid(words);
}
