using System.Globalization;
using System.Text;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>
/// A line of a script: <c>[connection][mark] [@directive [value]] COMMAND arguments</c>. The connection is a small letter, "a" when
/// left out; the mark is ":" (send and compare the reply), "&gt;" (only send), "&lt;" (only read so many replies and compare).
/// Scripts/README.md has the directives.
/// </summary>
internal sealed record ScriptLine(int Number, char Connection, char Mark, string Directive, string Value, IReadOnlyList<byte[]> Arguments)
{
    private static readonly string[] Directives = ["@sort", "@pairs", "@shape", "@scan", "@raw"];
    private static readonly string[] DirectivesWithValue = ["@about", "@until", "@times", "@text"];

    /// <summary>The lines of a script; empty lines and lines that begin with # say nothing.</summary>
    public static IReadOnlyList<ScriptLine> Parse(string text)
    {
        var lines = new List<ScriptLine>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.Trim().Length > 0 && line[0] != '#')
            {
                lines.Add(ParseLine(number, line.Trim()));
            }
        }

        return lines;
    }

    /// <summary>The same line with {i} replaced.</summary>
    public ScriptLine ForTurn(int turn) => this with
    {
        Arguments = [.. Arguments.Select(a => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(a).Replace("{i}", turn.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)))],
    };

    private static ScriptLine ParseLine(int number, string line)
    {
        var (connection, mark) = ('a', ':');
        if (line.Length > 1 && char.IsAsciiLetterLower(line[0]) && line[1] is ':' or '<' or '>')
        {
            (connection, mark) = (line[0], line[1]);
            line = line[2..].TrimStart();
        }

        var words = Split(line);
        var directive = "";
        var value = "";
        if (words.Count > 0 && words[0].StartsWith('@'))
        {
            directive = words[0];
            var hasValue = DirectivesWithValue.Contains(directive);
            Assert.True(hasValue || Directives.Contains(directive), $"Line {number}: unknown directive {directive}.");
            value = hasValue ? words[1] : "";
            words.RemoveRange(0, hasValue ? 2 : 1);
        }

        return new ScriptLine(number, connection, mark, directive, value, [.. words.Select(Encoding.Latin1.GetBytes)]);
    }

    // Words, "quoted words" with \r \n \t \\ \" \xHH, and REP(text,count).
    private static List<string> Split(string line)
    {
        var words = new List<string>();
        var i = 0;
        while (i < line.Length)
        {
            if (line[i] == ' ')
            {
                i++;
                continue;
            }

            if (line[i] == '"')
            {
                words.Add(Quoted(line, ref i));
                continue;
            }

            var end = line.IndexOf(' ', i);
            var word = end < 0 ? line[i..] : line[i..end];
            i += word.Length;
            words.Add(word.StartsWith("REP(", StringComparison.Ordinal) ? Repeat(word) : word);
        }

        return words;
    }

    private static string Quoted(string line, ref int i)
    {
        var word = new StringBuilder();
        for (i++; line[i] != '"'; i++)
        {
            if (line[i] != '\\')
            {
                word.Append(line[i]);
                continue;
            }

            i++;
            word.Append(line[i] switch { 'r' => '\r', 'n' => '\n', 't' => '\t', 'x' => (char)Convert.ToByte(line[(i + 1)..(i + 3)], 16), var c => c });
            i += line[i] == 'x' ? 2 : 0;
        }

        i++;
        return word.ToString();
    }

    private static string Repeat(string word)
    {
        var comma = word.LastIndexOf(',');
        return string.Concat(Enumerable.Repeat(word[4..comma], int.Parse(word[(comma + 1)..^1], CultureInfo.InvariantCulture)));
    }
}
