using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ccr.Protocols.Transformers;

/// <summary>
/// Makes JSON of what a model meant as JSON: code fences, comments, single quotes, bare words, missing commas and closing brackets, trailing commas,
/// Python's True, False and None. What is JSON stays byte for byte; what cannot be read at all becomes {"_raw": "…"}.
/// </summary>
public sealed class JsonRepair
{
    private const int DeepestNesting = 64;

    private readonly string _text;
    private readonly StringBuilder _output = new();
    private int _at;
    private int _depth;

    private JsonRepair(string text) => _text = text;

    /// <summary>The repaired text.</summary>
    public static string Repair(string text)
    {
        if (IsJson(text))
        {
            return text;
        }

        var repair = new JsonRepair(WithoutFence(text));
        repair.SkipBlank();
        var readable = repair._at < repair._text.Length && repair._text[repair._at] is '{' or '[' && repair.Value();
        var repaired = repair._output.ToString();
        return readable && IsJson(repaired) ? repaired : $"{{\"_raw\":{Quote(text)}}}";
    }

    private static string WithoutFence(string text)
    {
        var trimmed = text.Trim();
        if (!trimmed.StartsWith("```", StringComparison.Ordinal))
        {
            return trimmed;
        }

        var line = trimmed.IndexOf('\n', StringComparison.Ordinal);
        var end = trimmed.LastIndexOf("```", StringComparison.Ordinal);
        return line < 0 ? trimmed : end > line ? trimmed[(line + 1)..end] : trimmed[(line + 1)..];
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    private bool Value()
    {
        SkipBlank();
        if (_at >= _text.Length)
        {
            _output.Append("null");
            return true;
        }

        switch (_text[_at])
        {
            case '{':
                return Container('}', isObject: true);
            case '[':
                return Container(']', isObject: false);
            case '"' or '\'' or '\u201c' or '\u2018' or '`':
                _output.Append(Quote(QuotedText()));
                return true;
            default:
                BareValue();
                return true;
        }
    }

    private bool Container(char close, bool isObject)
    {
        if (++_depth > DeepestNesting)
        {
            return false;
        }

        _output.Append(_text[_at++]);
        for (var any = false; ; any = true)
        {
            SkipBlankAndCommas();
            if (_at >= _text.Length || _text[_at] is '}' or ']')
            {
                // The right bracket, the wrong one, or none because the answer was cut: the container ends here.
                _at += _at < _text.Length && _text[_at] == close ? 1 : 0;
                _output.Append(close);
                _depth--;
                return true;
            }

            _output.Append(any ? "," : "");
            if (isObject)
            {
                _output.Append(Quote(_text[_at] is '"' or '\'' or '`' or '\u201c' or '\u2018' ? QuotedText() : BareWord())).Append(':');
                SkipBlank();
                _at += _at < _text.Length && _text[_at] is ':' or '=' ? 1 : 0;
            }

            var before = _at;
            if (!Value())
            {
                return false;
            }

            if (_at == before && _at < _text.Length)
            {
                // Nothing that could be a value: passed over, so that this always ends.
                _at++;
            }
        }
    }

    private string QuotedText()
    {
        var open = _text[_at++];
        var close = open switch { '\u201c' => '\u201d', '\u2018' => '\u2019', _ => open };
        var text = new StringBuilder();
        while (_at < _text.Length && _text[_at] != close)
        {
            var c = _text[_at++];
            if (c != '\\' || _at >= _text.Length)
            {
                text.Append(c);
                continue;
            }

            var escape = _text[_at++];
            switch (escape)
            {
                case 'n':
                    text.Append('\n');
                    break;
                case 't':
                    text.Append('\t');
                    break;
                case 'r':
                    text.Append('\r');
                    break;
                case 'b':
                    text.Append('\b');
                    break;
                case 'f':
                    text.Append('\f');
                    break;
                case 'u' when _at + 4 <= _text.Length && ushort.TryParse(_text.AsSpan(_at, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code):
                    text.Append((char)code);
                    _at += 4;
                    break;
                case '"' or '\'' or '\\' or '/' or '`':
                    text.Append(escape);
                    break;
                default:
                    // No escape that JSON knows, as in a pattern: the backslash was meant.
                    text.Append('\\').Append(escape);
                    break;
            }
        }

        _at += _at < _text.Length ? 1 : 0;
        return text.ToString();
    }

    private void BareValue()
    {
        var word = BareWord();
        _output.Append(word switch
        {
            "true" or "True" or "TRUE" => "true",
            "false" or "False" or "FALSE" => "false",
            "null" or "None" or "undefined" or "NaN" or "" => "null",
            _ when IsNumber(word) => word,
            _ => Quote(word),
        });
    }

    private static bool IsNumber(string word) => (char.IsAsciiDigit(word[0]) || word[0] == '-') && IsJson(word);

    private string BareWord()
    {
        var start = _at;
        while (_at < _text.Length && _text[_at] is not (',' or ':' or '}' or ']' or '{' or '[' or '\n' or '"'))
        {
            _at++;
        }

        return _text[start.._at].Trim();
    }

    private void SkipBlankAndCommas()
    {
        SkipBlank();
        while (_at < _text.Length && _text[_at] is ',' or ';')
        {
            _at++;
            SkipBlank();
        }
    }

    private void SkipBlank()
    {
        while (_at < _text.Length)
        {
            if (char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }
            else if (At("//"))
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
            }
            else if (At("/*"))
            {
                var end = _text.IndexOf("*/", _at, StringComparison.Ordinal);
                _at = end < 0 ? _text.Length : end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private bool At(string token) => string.CompareOrdinal(_text, _at, token, 0, token.Length) == 0;
}
