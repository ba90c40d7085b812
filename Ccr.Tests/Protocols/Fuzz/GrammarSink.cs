using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>
/// Stands between a decoder and encoders: checks the grammar of calls and that every piece is the content of a JSON string, keeps a log of all calls, and
/// hands them on. What breaks is kept, because a decoder may take an exception for the fault of its provider.
/// </summary>
internal sealed class GrammarSink(int mostCalls, IStreamEncoder? stream = null, IMessageSink? whole = null, BoundedWriter? written = null) : IMessageSink
{
    private readonly HashSet<string> _ids = [];
    private char _block = ' ';
    private bool _started;
    private bool _signed;
    private int _calls;

    /// <summary>Every call with what it said.</summary>
    public ArrayBufferWriter<byte> Log { get; } = new(1024);

    /// <summary>The first thing that was wrong.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>True after End.</summary>
    public bool Ended { get; private set; }

    /// <summary>The error that ended the message.</summary>
    public ProviderError? Failure { get; private set; }

    /// <summary>True after End or Error.</summary>
    public bool IsFinished => Ended || Failure is not null;

    public void Start(ReadOnlySpan<byte> providerId)
    {
        Note('S', providerId);
        Hold(!_started, "Start came twice");
        _started = true;
        Text(providerId, "the provider's id", mayBeEmpty: true);
        Hand(providerId, static (sink, id) => sink.Start(id));
    }

    public void BeginText() => Begin('t', static sink => sink.BeginText());

    void IMessageSink.Text(ReadOnlySpan<byte> escaped)
    {
        Note('t', escaped);
        Hold(_block == 't', "a piece of text outside a text");
        Text(escaped, "a piece of text");
        Hand(escaped, static (sink, text) => sink.Text(text));
    }

    public void Citation(in Citation citation)
    {
        Note('c', citation.Url);
        Hold(_block == 't', "a citation outside a text");
        Text(citation.Url, "a citation's address", mayBeEmpty: true);
        Text(citation.Title, "a citation's title", mayBeEmpty: true);
        Text(citation.CitedText, "a citation's words", mayBeEmpty: true);
        try
        {
            stream?.Citation(citation);
            whole?.Citation(citation);
        }
        catch (Exception e)
        {
            Fault ??= e;
        }
    }

    public void BeginThinking()
    {
        _signed = false;
        Begin('h', static sink => sink.BeginThinking());
    }

    public void Thinking(ReadOnlySpan<byte> escaped)
    {
        Note('h', escaped);
        Hold(_block == 'h' && !_signed, "a thought outside a thinking block or after its signature");
        Text(escaped, "a thought");
        Hand(escaped, static (sink, text) => sink.Thinking(text));
    }

    public void Signature(ReadOnlySpan<byte> escaped)
    {
        Note('s', escaped);
        Hold(_block == 'h' && !_signed, "a signature outside a thinking block, or a second one");
        Text(escaped, "a signature", mayBeEmpty: true);
        _signed = true;
        Hand(escaped, static (sink, text) => sink.Signature(text));
    }

    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        Note('r', escapedData);
        Hold(_started && _block == ' ', "redacted thinking inside a block");
        Text(escapedData, "redacted data", mayBeEmpty: true);
        Hand(escapedData, static (sink, text) => sink.RedactedThinking(text));
    }

    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        Note('u', id);
        Note('n', escapedName);
        Hold(_started && _block == ' ', "a call inside a block");
        Hold(ToolIds.IsPortable(id), "an id that is not legal everywhere");
        Hold(_ids.Add(Encoding.ASCII.GetString(id)), "an id twice");
        Text(escapedName, "a tool's name");
        _block = 'u';
        try
        {
            stream?.BeginToolUse(id, escapedName);
            whole?.BeginToolUse(id, escapedName);
        }
        catch (Exception e)
        {
            Fault ??= e;
        }
    }

    public void ToolInput(ReadOnlySpan<byte> escaped)
    {
        Note('i', escaped);
        Hold(_block == 'u', "arguments outside a call");
        Text(escaped, "a piece of arguments");
        Hand(escaped, static (sink, text) => sink.ToolInput(text));
    }

    public void ServerTool(in ServerToolUse use)
    {
        Note('w', use.EscapedQuery);
        Hold(_started && _block == ' ', "a server's tool inside a block");
        Text(use.EscapedQuery, "a query", mayBeEmpty: true);
        Text(use.Id, "a server tool's id", mayBeEmpty: true);
        try
        {
            if (!use.SourcesJson.IsEmpty)
            {
                using var json = System.Text.Json.JsonDocument.Parse(use.SourcesJson.ToArray());
                Hold(json.RootElement.ValueKind == System.Text.Json.JsonValueKind.Array, "sources that are no array");
            }

            stream?.ServerTool(use);
            whole?.ServerTool(use);
        }
        catch (Exception e)
        {
            Fault ??= e;
        }
    }

    public void EndBlock()
    {
        Note('.', default);
        Hold(_block != ' ', "EndBlock without a block");
        _block = ' ';
        Hand(default, static (sink, _) => sink.EndBlock());
    }

    public void Usage(in TokenCounts counts)
    {
        Note('$', Encoding.ASCII.GetBytes(counts.ToString()));
        Hold(_started, "token counts before Start");
        Hold(Math.Min(Math.Min(counts.Input, counts.Output), Math.Min(Math.Min(counts.CacheRead, counts.CacheWrite), counts.Reasoning)) >= 0, "negative token counts");
        Hold(counts.Input + counts.Output >= 0, "token counts whose sum overflows");
        stream?.Usage(counts);
        whole?.Usage(counts);
    }

    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        Note('E', Encoding.ASCII.GetBytes(reason.ToString()));
        Hold(_started && _block == ' ', "End without Start or inside a block");
        Text(escapedStopSequence, "a stop sequence", mayBeEmpty: true);
        Ended = true;
        try
        {
            stream?.End(reason, escapedStopSequence);
            whole?.End(reason, escapedStopSequence);
        }
        catch (Exception e)
        {
            Fault ??= e;
        }
    }

    public void Error(ProviderError error)
    {
        Note('!', Encoding.UTF8.GetBytes(error.Message));
        Failure = error;
        try
        {
            stream?.Error(error);
            var before = written?.WrittenSpan.Length;
            whole?.Error(error);
            Hold(before == written?.WrittenSpan.Length, "a whole answer writes an error");
        }
        catch (Exception e)
        {
            Fault ??= e;
        }
    }

    public void Alive()
    {
        Note('a', default);
        Hand(default, static (sink, _) => sink.Alive());
    }

    /// <summary>Whether bytes are the content of a JSON string.</summary>
    public static bool IsEscapedText(ReadOnlySpan<byte> escaped)
    {
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] < 0x20 || escaped[i] == '"')
            {
                return false;
            }

            if (escaped[i] == '\\')
            {
                if (++i == escaped.Length || !"\"\\/bfnrtu"u8.Contains(escaped[i]))
                {
                    return false;
                }

                if (escaped[i] == 'u')
                {
                    for (var digits = 0; digits < 4; digits++)
                    {
                        if (++i == escaped.Length || !char.IsAsciiHexDigit((char)escaped[i]))
                        {
                            return false;
                        }
                    }
                }
            }
        }

        return Utf8.IsValid(escaped);
    }

    private void Text(ReadOnlySpan<byte> escaped, string what, bool mayBeEmpty = false)
    {
        Hold(mayBeEmpty || !escaped.IsEmpty, what + " is empty");
        Hold(IsEscapedText(escaped), what + " is no escaped text");
    }

    private void Begin(char block, Action<IMessageSink> hand)
    {
        Note(char.ToUpperInvariant(block), default);
        Hold(_started && _block == ' ', "a block before Start or inside a block");
        _block = block;
        try
        {
            if (stream is not null)
            {
                hand(stream);
            }

            if (whole is not null)
            {
                hand(whole);
            }
        }
        catch (Exception e)
        {
            Fault ??= e;
        }
    }

    private void Note(char call, ReadOnlySpan<byte> text)
    {
        Hold(!IsFinished, "a call after the end: " + call);
        Hold(++_calls <= mostCalls, "far more calls than bytes");
        Log.Write([(byte)'\n', (byte)call]);
        Log.Write(text);
        if (_calls % 7 == 0 && !IsFinished)
        {
            try
            {
                stream?.KeepAlive();
            }
            catch (Exception e)
            {
                Fault ??= e;
            }
        }
    }

    private delegate void Taker(IMessageSink sink, ReadOnlySpan<byte> text);

    private void Hand(ReadOnlySpan<byte> text, Taker take)
    {
        try
        {
            if (stream is not null)
            {
                take(stream, text);
            }

            if (whole is not null)
            {
                take(whole, text);
            }
        }
        catch (Exception e)
        {
            Fault ??= e;
        }
    }

    private void Hold(bool condition, string fault)
    {
        if (!condition)
        {
            Fault ??= new FuzzFault(fault);
        }
    }
}
