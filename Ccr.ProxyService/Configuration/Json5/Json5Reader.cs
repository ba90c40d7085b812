using System.Globalization;
using System.Text;

namespace Ccr.ProxyService.Configuration.Json5;

/// <summary>
/// Reads JSON and its superset JSON5 (https://spec.json5.org): comments, trailing commas, single quotes, unquoted names,
/// hexadecimal and signed numbers. System.Text.Json reads only the first two of these and gives no line for a value.
/// </summary>
internal sealed class Json5Reader
{
    // Far above any real configuration, far below what the stack holds.
    private const int MaxDepth = 64;

    private readonly string _text;
    private readonly List<string> _path = [];
    private int _position;
    private int _line = 1;
    private int _lineStart;

    private Json5Reader(string text) => _text = text;

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    private bool AtEnd => _position >= _text.Length;

    /// <summary>Reads one document.</summary>
    /// <exception cref="Json5SyntaxException">The text is not JSON5; the exception names line and column.</exception>
    public static Json5Value Read(string text)
    {
        var reader = new Json5Reader(text);
        reader.SkipSpace();
        if (reader.AtEnd)
        {
            throw reader.Fault("the file is empty");
        }

        var value = reader.ReadValue();
        reader.SkipSpace();
        return reader.AtEnd ? value : throw reader.Fault($"unexpected {reader.Shown()} after the end of the document");
    }

    private Json5Value ReadValue()
    {
        if (_path.Count > MaxDepth)
        {
            throw Fault($"nested more than {MaxDepth} levels deep");
        }

        var line = _line;
        switch (Current)
        {
            case '{':
                return ReadObject();
            case '[':
                return ReadArray();
            case '"' or '\'':
                return new Json5String(line, ReadString());
            case '+' or '-' or '.' or (>= '0' and <= '9'):
                var start = _position;
                return new Json5Number(line, ReadNumber(), _text[start.._position]);
            default:
                return ReadWord(line);
        }
    }

    private Json5Object ReadObject()
    {
        var line = _line;
        var members = new List<Json5Member>();
        _position++;
        while (true)
        {
            SkipSpace();
            if (Current == '}')
            {
                _position++;
                return new Json5Object(line, members);
            }

            var nameLine = _line;
            var name = Current is '"' or '\'' ? ReadString() : ReadName(line);
            _path.Add(_path.Count == 0 ? name : "." + name);
            SkipSpace();
            if (Current != ':')
            {
                throw Fault($"expected ':' after the name, found {Shown()}");
            }

            _position++;
            SkipSpace();
            members.Add(new Json5Member(name, nameLine, ReadValue()));
            ReadSeparator('}', line);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private Json5Array ReadArray()
    {
        var line = _line;
        var items = new List<Json5Value>();
        _position++;
        while (true)
        {
            SkipSpace();
            if (Current == ']')
            {
                _position++;
                return new Json5Array(line, items);
            }

            _path.Add($"[{items.Count}]");
            items.Add(ReadValue());
            ReadSeparator(']', line);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    // Takes the comma; leaves the closing bracket for the caller's loop.
    private void ReadSeparator(char close, int openedAt)
    {
        var valueLine = _line;
        SkipSpace();
        if (Current == ',')
        {
            _position++;
        }
        else if (Current != close || AtEnd)
        {
            throw AtEnd
                ? Fault($"the file ends before the '{(close == '}' ? '{' : '[')}' of line {openedAt} is closed with '{close}'")
                : FaultAt(valueLine, $"expected ',' or '{close}' after the value, found {Shown()}");
        }
    }

    private string ReadName(int openedAt)
    {
        if (AtEnd)
        {
            throw Fault($"the file ends before the '{{' of line {openedAt} is closed with '}}'");
        }

        var start = _position;
        while (!AtEnd && (char.IsLetterOrDigit(Current) || Current is '_' or '$'))
        {
            _position++;
        }

        if (_position == start || char.IsDigit(_text[start]))
        {
            _position = start;
            throw Fault($"expected the name of a setting or '}}', found {Shown()}");
        }

        return _text[start.._position];
    }

    private Json5Value ReadWord(int line)
    {
        var start = _position;
        while (!AtEnd && char.IsLetter(Current))
        {
            _position++;
        }

        Json5Value? value = _text[start.._position] switch
        {
            "true" => new Json5Boolean(line, true),
            "false" => new Json5Boolean(line, false),
            "null" => new Json5Null(line),
            "Infinity" => new Json5Number(line, double.PositiveInfinity, "Infinity"),
            "NaN" => new Json5Number(line, double.NaN, "NaN"),
            _ => null,
        };
        if (value is not null)
        {
            return value;
        }

        _position = start;
        throw AtEnd ? Fault("the file ends where a value is expected")
            : char.IsLetter(Current) ? Fault("text without quotes: put the value in double quotes")
            : Fault($"expected a value, found {Shown()}");
    }

    private double ReadNumber()
    {
        var start = _position;
        var sign = 1.0;
        if (Current is '+' or '-')
        {
            sign = Current == '-' ? -1.0 : 1.0;
            _position++;
        }

        var digits = _position;
        while (!AtEnd && (char.IsAsciiLetterOrDigit(Current) || Current == '.' || (Current is '+' or '-' && _text[_position - 1] is 'e' or 'E')))
        {
            _position++;
        }

        var body = _text.AsSpan(digits, _position - digits);
        if (body is "Infinity" or "NaN")
        {
            return body is "NaN" ? double.NaN : sign * double.PositiveInfinity;
        }

        if (body.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (ulong.TryParse(body[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
            {
                return sign * hex;
            }
        }
        else if (body.Length > 0 && body is not "." && !(body.Length > 1 && body[0] == '0' && char.IsAsciiDigit(body[1]))
            && double.TryParse(body, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number))
        {
            return sign * number;
        }

        _position = start;
        throw Fault("not a number: put the value in double quotes if it is text");
    }

    private string ReadString()
    {
        var quote = Current;
        var line = _line;
        var text = new StringBuilder();
        _position++;
        while (Current != quote || AtEnd)
        {
            // U+2028 and U+2029 may stand in JSON5 strings, \n and \r may not.
            if (AtEnd || Current is '\n' or '\r')
            {
                throw FaultAt(line, $"the string is not closed with {quote} before the end of the line");
            }

            if (Current == '\\')
            {
                ReadEscape(text);
            }
            else
            {
                text.Append(Current);
                _position++;
            }
        }

        _position++;
        return text.ToString();
    }

    private void ReadEscape(StringBuilder text)
    {
        _position++;
        var escaped = Current;
        switch (escaped)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case '0' when !char.IsAsciiDigit(Peek(1)) && !AtEnd: text.Append('\0'); break;
            case 'x': text.Append(ReadHex(2)); return;
            case 'u': text.Append(ReadHex(4)); return;
            case '\r' or '\n' or '\u2028' or '\u2029':
                SkipLineEnd();
                return;
            case >= '0' and <= '9':
                throw Fault("a backslash before a digit is no JSON5 escape: write \\\\ for a backslash");
            default:
                if (AtEnd)
                {
                    throw Fault("the file ends inside a string");
                }

                text.Append(escaped);
                break;
        }

        _position++;
    }

    private char ReadHex(int digits)
    {
        var start = _position + 1;
        if (start + digits > _text.Length
            || !ushort.TryParse(_text.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            throw Fault($"\\{Current} needs {digits} hexadecimal digits: write \\\\ for a backslash");
        }

        _position = start + digits;
        return (char)unit;
    }

    private void SkipSpace()
    {
        while (!AtEnd)
        {
            if (Current is '\n' or '\r' or '\u2028' or '\u2029')
            {
                SkipLineEnd();
            }
            else if (char.IsWhiteSpace(Current) || Current == '\uFEFF')
            {
                _position++;
            }
            else if (Current == '/' && Peek(1) == '/')
            {
                while (!AtEnd && Current is not ('\n' or '\r' or '\u2028' or '\u2029'))
                {
                    _position++;
                }
            }
            else if (Current == '/' && Peek(1) == '*')
            {
                SkipBlockComment();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipBlockComment()
    {
        var line = _line;
        _position += 2;
        while (Current != '*' || Peek(1) != '/')
        {
            if (AtEnd)
            {
                throw FaultAt(line, "the comment that begins here is not closed with */");
            }

            if (Current is '\n' or '\r')
            {
                SkipLineEnd();
            }
            else
            {
                _position++;
            }
        }

        _position += 2;
    }

    // Editors do not count U+2028 and U+2029 as line ends, so the line number does not either.
    private void SkipLineEnd()
    {
        var counts = Current is '\n' or '\r';
        _position += Current == '\r' && Peek(1) == '\n' ? 2 : 1;
        if (counts)
        {
            _line++;
            _lineStart = _position;
        }
    }

    private char Peek(int ahead) => _position + ahead < _text.Length ? _text[_position + ahead] : '\0';

    private string Shown() => AtEnd ? "the end of the file"
        : char.IsControl(Current) || char.IsSurrogate(Current) ? $"the character U+{(int)Current:X4}"
        : $"'{Current}'";

    private Json5SyntaxException Fault(string message) =>
        new(message, _line, _position - _lineStart + 1, string.Concat(_path));

    // A fault that is best looked for on an earlier line than the one where it was noticed.
    private Json5SyntaxException FaultAt(int line, string message) =>
        line == _line ? Fault(message) : new(message, line, 1, string.Concat(_path));
}
