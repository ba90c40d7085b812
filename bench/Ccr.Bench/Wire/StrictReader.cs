using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Ccr.Bench.Wire;

/// <summary>
/// Reads a stream of server-sent events as the strictest client would, without anything of the product's own code: bytes in any pieces, the grammar of
/// the protocol, its terminator, and nothing behind that. The first thing that is wrong is kept in <see cref="Problem"/>.
/// </summary>
internal abstract class StrictReader
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly StringBuilder _data = new();
    private string _name = "";
    private bool _hasData;
    private bool _afterReturn;

    /// <summary>A reader of that dialect.</summary>
    public static StrictReader Of(WireDialect dialect) => dialect switch
    {
        WireDialect.Messages => new MessagesReader(),
        WireDialect.Chat => new ChatReader(),
        _ => new ResponsesReader(),
    };

    /// <summary>The first breach of the protocol, in a sentence; null: none.</summary>
    public string? Problem { get; private set; }

    /// <summary>The message of the protocol's own error event; null: none came.</summary>
    public string? Error { get; protected set; }

    /// <summary>The protocol's last event, or its error event, has come.</summary>
    public bool Ended { get; protected set; }

    /// <summary>Events so far.</summary>
    public int Events { get; private set; }

    /// <summary>All text of the answer.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>The tool calls, each whole.</summary>
    public List<WireCall> Calls { get; } = [];

    /// <summary>The model that the stream names.</summary>
    public string? Model { get; protected set; }

    /// <summary>Why the answer ended, in the protocol's word.</summary>
    public string? StopReason { get; protected set; }

    /// <summary>Input tokens, cached ones included; null: none told.</summary>
    public long? InputTokens { get; protected set; }

    /// <summary>Output tokens; null: none told.</summary>
    public long? OutputTokens { get; protected set; }

    /// <summary>Takes the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            // A line ends with LF, CR or CRLF.
            if (b == '\n' && _afterReturn)
            {
                _afterReturn = false;
                continue;
            }

            _afterReturn = b == '\r';
            if (b is (byte)'\n' or (byte)'\r')
            {
                TakeLine(Encoding.UTF8.GetString(_line.WrittenSpan));
                _line.ResetWrittenCount();
            }
            else
            {
                _line.Write([b]);
            }
        }
    }

    /// <summary>The connection has ended: in order, or (<paramref name="broken"/>) with that error.</summary>
    public void End(string? broken = null)
    {
        if (broken is not null)
        {
            Wrong($"the connection broke after {Events} events: {broken}");
        }
        else if (_line.WrittenCount > 0 || _hasData)
        {
            Wrong("the stream ended within an event");
        }
        else if (!Ended)
        {
            Wrong($"the stream ended without its last event, after {Events} events");
        }
    }

    /// <summary>Takes one event; anything it throws for a missing or wrong field is a breach.</summary>
    protected abstract void OnEvent(string name, string data);

    /// <summary>Notes a breach; the first one stays.</summary>
    protected void Wrong(string problem) => Problem ??= problem;

    /// <summary>Notes a breach unless it holds.</summary>
    protected void Need(bool holds, string problem)
    {
        if (!holds)
        {
            Wrong(problem);
        }
    }

    private void TakeLine(string line)
    {
        if (line.Length == 0)
        {
            Dispatch();
            return;
        }

        if (Ended)
        {
            Wrong($"bytes after the end: {line}");
            return;
        }

        if (line[0] == ':')
        {
            return;
        }

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var field = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? "" : line[(colon + 1)..];
        value = value.StartsWith(' ') ? value[1..] : value;
        switch (field)
        {
            case "event":
                _name = value;
                break;
            case "data":
                _data.Append(_hasData ? "\n" : "").Append(value);
                _hasData = true;
                break;
            case "id" or "retry":
                break;
            default:
                Wrong($"a line that is no field of an event: {line}");
                break;
        }
    }

    private void Dispatch()
    {
        if (!_hasData)
        {
            Need(_name.Length == 0, $"the event {_name} has no data");
            _name = "";
            return;
        }

        var (name, data) = (_name, _data.ToString());
        (_name, _hasData) = ("", false);
        _data.Clear();
        Events++;
        try
        {
            OnEvent(name, data);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            Wrong($"event {Events} ({(name.Length > 0 ? name : "unnamed")}): {wrong.Message} {(data.Length > 200 ? data[..200] : data)}");
        }
    }
}
