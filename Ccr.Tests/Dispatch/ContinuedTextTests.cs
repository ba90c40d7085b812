using System.Text;
using Ccr.ProxyService.Dispatch.Rescue;

namespace Ccr.Tests.Dispatch;

/// <summary>The text of a continuation is fitted to what was sent, however it is cut into pieces.</summary>
public sealed class ContinuedTextTests
{
    [Theory]
    [InlineData("The quick brown fox jumps over", " the lazy dog.", " the lazy dog.")]
    [InlineData("The quick brown fox jumps over", "The quick brown fox jumps over the lazy dog.", " the lazy dog.")]
    [InlineData("The quick brown fox jumps over", "fox jumps over the lazy dog.", " the lazy dog.")]
    [InlineData("The quick brown fox jumps over", "The end.", "The end.")]
    [InlineData("The quick brown fox jumps over", "over and out", "over and out")]
    [InlineData("The quick brown fox jumps over", "", "")]
    [InlineData("The quick brown fox jumps over", "The quick brown fox jumps", "")]
    [InlineData("Käse \\u00e4 \\ud83d\\ude00 und Brot, immer mehr", "K\\u00e4se ä 😀 und Brot, immer mehr Wein", " Wein")]
    [InlineData("line one\\nline two is here", "line two is here\\nline three", "\\nline three")]
    public void A_model_that_was_asked_in_words_may_go_on_begin_anew_or_repeat_its_last_words(string sent, string comes, string written)
    {
        foreach (var size in (int[])[1, 3, 7, 1000])
        {
            Assert.Equal(Unescape(written), Follow(new(Encoding.UTF8.GetBytes(Unescape(sent)), [], mayOverlap: true), comes, size));
        }
    }

    [Theory]
    [InlineData("ha ha ha", " ha ha", " ha ha")]
    [InlineData("w1 w2 w3", " w4", " w4")]
    [InlineData("The quick brown fox jumps over", "The quick brown fox jumps over the dog", " the dog")]
    public void A_prefilled_answer_goes_on_and_only_a_whole_repetition_is_taken_out(string sent, string comes, string written)
    {
        foreach (var size in (int[])[1, 3, 1000])
        {
            Assert.Equal(written, Follow(new(Encoding.UTF8.GetBytes(sent), [], mayOverlap: false), comes, size));
        }
    }

    [Theory]
    [InlineData("w1 w2 ", "w3", "w3")]
    [InlineData("w1 w2 ", " w3", "w3")]
    [InlineData("w1 w2\n\n", "\n\nw3", "w3")]
    [InlineData("w1 w2\n\n", "\nw3", "w3")]
    public void Blanks_that_the_model_was_not_shown_are_not_written_twice(string sent, string comes, string written)
    {
        var blanks = sent[sent.TrimEnd().Length..];
        foreach (var size in (int[])[1, 1000])
        {
            Assert.Equal(written, Follow(new(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(blanks), mayOverlap: false), comes, size));
        }
    }

    private static string Follow(ContinuedText continued, string comes, int size)
    {
        var written = new StringBuilder();
        foreach (var piece in Pieces(comes.Replace("\n", "\\n", StringComparison.Ordinal), size))
        {
            written.Append(Unescape(Encoding.UTF8.GetString(continued.Take(Encoding.UTF8.GetBytes(piece)))));
        }

        return written.Append(Unescape(Encoding.UTF8.GetString(continued.Finish()))).ToString();
    }

    /// <summary>Never cuts an escape or a surrogate pair, as decoders do not.</summary>
    private static IEnumerable<string> Pieces(string text, int size)
    {
        var piece = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var length = text[i] == '\\' ? text[i + 1] == 'u' ? 6 : 2 : char.IsHighSurrogate(text[i]) ? 2 : 1;
            length += length == 6 && text[(i + 2)..].StartsWith("d8", StringComparison.Ordinal) ? 6 : 0;
            piece.Append(text, i, length);
            i += length - 1;
            if (piece.Length >= size)
            {
                yield return piece.ToString();
                piece.Clear();
            }
        }

        yield return piece.ToString();
    }

    private static string Unescape(string escaped) => Ccr.Protocols.Json.EscapedText.Unescape(Encoding.UTF8.GetBytes(escaped.Replace("\n", "\\n", StringComparison.Ordinal)));
}
