namespace Ccr.Protocols.OpenAIChat;

/// <summary>Follows JSON that comes in pieces, escaped as the content of a string, and knows whether the value is whole: brackets even, no string open.</summary>
internal struct JsonBalance
{
    private int _depth;
    private bool _inString;
    private bool _afterBackslash;
    private bool _any;

    /// <summary>True when something came and nothing is open.</summary>
    public readonly bool IsWhole => _any && _depth <= 0 && !_inString;

    /// <summary>The next piece; outer escapes are never cut.</summary>
    public void Add(ReadOnlySpan<byte> escaped)
    {
        for (var i = 0; i < escaped.Length; i++)
        {
            var b = escaped[i];
            if (b == '\\' && i + 1 < escaped.Length)
            {
                b = escaped[++i];
                if (b == 'u' && i + 4 < escaped.Length)
                {
                    var code = escaped.Slice(i + 1, 4);
                    b = code.SequenceEqual("0022"u8) ? (byte)'"' : code.SequenceEqual("005c"u8) || code.SequenceEqual("005C"u8) ? (byte)'\\' : (byte)'u';
                    i += 4;
                }
                else if (b is (byte)'n' or (byte)'r' or (byte)'t')
                {
                    continue;
                }
            }

            _any = true;
            Step(b);
        }
    }

    private void Step(byte b)
    {
        if (_afterBackslash)
        {
            _afterBackslash = false;
        }
        else if (_inString)
        {
            _afterBackslash = b == '\\';
            _inString = b != '"';
        }
        else if (b == '"')
        {
            _inString = true;
        }
        else if (b is (byte)'{' or (byte)'[')
        {
            _depth++;
        }
        else if (b is (byte)'}' or (byte)']')
        {
            _depth--;
        }
    }
}
