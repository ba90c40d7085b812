using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>
/// Turns output items into one canonical message: in the order of their indexes, one block open at a time; the items of providers that interleave
/// them wait for their turn.
/// </summary>
internal sealed class ResponsesAssembler(IMessageSink sink, string provider, string model)
{
    private readonly List<ResponsesItem> _items = [];
    private readonly ArrayBufferWriter<byte> _scratch = new(256);
    private readonly HashSet<string> _usedIds = [];
    private int _first;
    private bool _started;
    private int _calls;
    private int _searches;
    private bool _namelessCall;
    private byte[] _id = [];

    /// <summary>True when the client declared a shell or a patch tool and runs its calls; else such calls were run by the provider.</summary>
    public bool RunsTypedTools { get; init; } = true;

    /// <summary>True after End or Error was handed on.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>True when anything was handed on since it was last set to false.</summary>
    public bool Spoke { get; set; }

    /// <summary>True once a refusal came.</summary>
    public bool SawRefusal { get; set; }

    /// <summary>All items seen.</summary>
    public List<ResponsesItem> Items => _items;

    /// <summary>Notes the answer's id.</summary>
    public void SetId(ReadOnlySpan<byte> id)
    {
        if (_id.Length == 0)
        {
            _id = id.ToArray();
        }
    }

    /// <summary>Hands on an error; the message is over.</summary>
    public void Fail(ProviderError error)
    {
        if (!IsFinished)
        {
            IsFinished = Spoke = true;
            sink.Error(error);
        }
    }

    /// <summary>The newest item of that index and kind; null when there is none.</summary>
    public ResponsesItem? Find(long index, ResponsesItemKind kind)
    {
        for (var i = _items.Count - 1; i >= 0; i--)
        {
            if (_items[i].Index == index && _items[i].Kind == kind)
            {
                return _items[i];
            }
        }

        return null;
    }

    /// <summary>Takes in a new item, behind those with lower indexes.</summary>
    public ResponsesItem Add(long index, ResponsesItemKind kind)
    {
        var item = new ResponsesItem(index, kind);
        var at = _items.Count;
        while (at > _first && _items[at - 1].Index > index && !_items[at - 1].IsOpen)
        {
            at--;
        }

        _items.Insert(at, item);
        return item;
    }

    /// <summary>A piece of an item's content.</summary>
    public void Append(ResponsesItem item, long part, ReadOnlySpan<byte> escaped)
    {
        if (escaped.IsEmpty || item.IsClosed)
        {
            return;
        }

        // The parts of one reasoning item are paragraphs of one block (P19).
        if (item.Note(part, escaped) && item.Kind == ResponsesItemKind.Reasoning)
        {
            Hand(item, "\\n\\n"u8);
        }

        Hand(item, escaped);
    }

    /// <summary>An item's content as a whole: what was not seen of it is taken in.</summary>
    public void Supply(ResponsesItem item, long part, ReadOnlySpan<byte> whole) => Append(item, part, item.Missing(part, whole));

    /// <summary>A source of an item's text.</summary>
    public void Cite(ResponsesItem item, ReadOnlySpan<byte> url, ReadOnlySpan<byte> title)
    {
        item.Citations++;
        if (item.IsClosed || url.IsEmpty)
        {
            return;
        }

        if (item.IsOpen)
        {
            Spoke = true;
            sink.Citation(new() { Url = url, Title = title });
        }
        else
        {
            item.PendingCitations.Add((url.ToArray(), title.ToArray()));
        }
    }

    /// <summary>The provider finished an item.</summary>
    public void Done(ResponsesItem item)
    {
        item.IsDone = true;
        Advance();
    }

    /// <summary>Hands on what has its turn.</summary>
    public void Advance()
    {
        while (_first < _items.Count && !IsFinished)
        {
            var item = _items[_first];
            if (!item.IsClosed)
            {
                if (item.IsDone || !item.Pending.IsEmpty)
                {
                    Release(item);
                }
                else if (item.Kind is ResponsesItemKind.Call or ResponsesItemKind.Custom && IsLive(item))
                {
                    Open(item);
                }

                if (!item.IsDone)
                {
                    return;
                }

                Close(item, isCut: false);
            }

            _first++;
        }
    }

    /// <summary>The answer is complete, or was cut by a limit: ends the message.</summary>
    public void End(StopReason? limit, TokenCounts usage)
    {
        if (IsFinished)
        {
            return;
        }

        for (; _first < _items.Count; _first++)
        {
            var item = _items[_first];
            if (!item.IsClosed)
            {
                Release(item);
                Close(item, isCut: !item.IsDone);
            }
        }

        if (limit is null && _namelessCall && _calls == 0)
        {
            Fail(new(ErrorKind.Malformed, 0, $"{provider} sent tool calls without a name.") { Code = "tool_call_without_name" });
            return;
        }

        Start();
        IsFinished = Spoke = true;
        sink.Usage(usage with { WebSearches = Math.Max(usage.WebSearches, _searches) });
        sink.End(limit ?? (_calls > 0 ? StopReason.ToolUse : SawRefusal ? StopReason.Refusal : StopReason.EndTurn), default);
    }

    private static byte[] Repair(ReadOnlySpan<byte> escaped) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(escaped));

    /// <summary>Whether a call may be streamed before it is complete: its name is known, and it is not the wrapper that must be taken apart first.</summary>
    private static bool IsLive(ResponsesItem item) => item.Name.Length > 0 && !IsWrapper(item);

    // Azure's gpt-5.4 leaks its own wrapper of parallel calls now and then (P134).
    private static bool IsWrapper(ResponsesItem item) =>
        item.Kind == ResponsesItemKind.Call && (item.Name.AsSpan().SequenceEqual("parallel"u8) || item.Name.AsSpan().SequenceEqual("multi_tool_use.parallel"u8));

    private void Start()
    {
        if (!_started)
        {
            _started = Spoke = true;
            sink.Start(_id);
        }
    }

    private void Hand(ResponsesItem item, ReadOnlySpan<byte> escaped)
    {
        var hasTurn = _first < _items.Count && _items[_first] == item;
        if (!hasTurn || !item.Pending.IsEmpty || (item.Kind is ResponsesItemKind.Call or ResponsesItemKind.Custom && !IsLive(item)))
        {
            item.Keep(escaped);
            if (hasTurn)
            {
                Advance();
            }

            return;
        }

        Open(item);
        Piece(item, escaped);
    }

    private void Piece(ResponsesItem item, ReadOnlySpan<byte> escaped)
    {
        Spoke = true;
        if (!Utf8.IsValid(escaped))
        {
            escaped = Repair(escaped);
        }

        switch (item.Kind)
        {
            case ResponsesItemKind.Message:
                sink.Text(escaped);
                break;
            case ResponsesItemKind.Reasoning:
                sink.Thinking(escaped);
                break;
            case ResponsesItemKind.Custom:
                EscapeAgain(escaped);
                sink.ToolInput(_scratch.WrittenSpan);
                break;
            default:
                sink.ToolInput(escaped);
                break;
        }
    }

    /// <summary>The content of a string within a string.</summary>
    private void EscapeAgain(ReadOnlySpan<byte> escaped)
    {
        _scratch.ResetWrittenCount();
        while (!escaped.IsEmpty)
        {
            var plain = escaped.IndexOfAny((byte)'\\', (byte)'"');
            if (plain < 0)
            {
                _scratch.Write(escaped);
                return;
            }

            _scratch.Write(escaped[..plain]);
            _scratch.Write("\\"u8);
            _scratch.Write(escaped.Slice(plain, 1));
            escaped = escaped[(plain + 1)..];
        }
    }

    private void Open(ResponsesItem item)
    {
        if (item.IsOpen)
        {
            return;
        }

        Start();
        item.IsOpen = Spoke = true;
        switch (item.Kind)
        {
            case ResponsesItemKind.Message:
                sink.BeginText();
                break;
            case ResponsesItemKind.Reasoning:
                sink.BeginThinking();
                break;
            default:
                BeginCall(item.CallId.Length > 0 ? item.CallId : item.Id, item.Index, item.Name);
                if (item.Kind == ResponsesItemKind.Custom)
                {
                    sink.ToolInput("{\\\"input\\\":\\\""u8);
                }

                break;
        }
    }

    /// <summary>Hands on what waited.</summary>
    private void Release(ResponsesItem item)
    {
        if (item.Kind is ResponsesItemKind.Call or ResponsesItemKind.Custom && !IsLive(item))
        {
            return;
        }

        if (!item.Pending.IsEmpty)
        {
            Open(item);
            Piece(item, item.Pending);
            item.ClearPending();
        }

        if (item.PendingCitations.Count > 0)
        {
            Open(item);
            foreach (var (url, title) in item.PendingCitations)
            {
                sink.Citation(new() { Url = url, Title = title });
            }

            item.PendingCitations.Clear();
        }
    }

    private void Close(ResponsesItem item, bool isCut)
    {
        item.IsClosed = true;
        switch (item.Kind)
        {
            case ResponsesItemKind.Message when item.IsOpen:
                sink.EndBlock();
                break;
            case ResponsesItemKind.Reasoning:
                CloseReasoning(item);
                break;
            case ResponsesItemKind.Call or ResponsesItemKind.Custom:
                CloseCall(item, isCut);
                break;
            case ResponsesItemKind.Shim when item.IsDone && !RunsTypedTools:
                Start();
                Spoke = true;
                sink.ServerTool(new() { Kind = ServerToolKind.Other, Id = item.Id, EscapedQuery = item.Query });
                break;
            case ResponsesItemKind.Shim when item.IsDone:
                Open(item);
                if (item.Query.Length > 0)
                {
                    sink.ToolInput(item.Query);
                }

                sink.EndBlock();
                break;
            case ResponsesItemKind.ServerTool when item.IsDone:
                Start();
                Spoke = true;
                _searches += item.ToolKind == ServerToolKind.WebSearch ? 1 : 0;
                sink.ServerTool(new() { Kind = item.ToolKind, Id = item.Id, EscapedQuery = item.Query, SourcesJson = item.Sources });
                break;
        }

        item.IsOpen = false;
    }

    private void CloseReasoning(ResponsesItem item)
    {
        var signature = item.Encrypted.Length == 0 ? null : new ReasoningEnvelope
        {
            Origin = Dialect.OpenAIResponses,
            Provider = provider,
            Model = model,
            ItemId = item.Id.Length == 0 ? null : EscapedText.Unescape(item.Id),
            Data = item.Original.Length > 0 ? Encoding.UTF8.GetString(item.Original) : EscapedText.Unescape(item.Encrypted),
        }.Seal();
        if (item.IsOpen)
        {
            if (signature is not null)
            {
                sink.Signature(signature);
            }

            sink.EndBlock();
        }
        else if (signature is not null)
        {
            Start();
            Spoke = true;
            sink.RedactedThinking(signature);
        }
    }

    private void CloseCall(ResponsesItem item, bool isCut)
    {
        if (item.Name.Length == 0)
        {
            _namelessCall = true;
            return;
        }

        if (IsWrapper(item) && !item.IsOpen)
        {
            if (!isCut && ExpandWrapper(item))
            {
                return;
            }

            Open(item);
            if (!item.Pending.IsEmpty)
            {
                Piece(item, item.Pending);
            }
        }

        Open(item);
        if (item.Kind == ResponsesItemKind.Custom && !isCut)
        {
            sink.ToolInput("\\\"}"u8);
        }

        sink.EndBlock();
    }

    private bool ExpandWrapper(ResponsesItem item)
    {
        var text = ResponsesText.Unescape(item.Pending.ToArray());
        if (!ResponsesText.IsJson(text.Span))
        {
            return false;
        }

        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("tool_uses"u8, out var uses) || uses.ValueKind != JsonValueKind.Array || uses.GetArrayLength() == 0)
        {
            return false;
        }

        foreach (var use in uses.EnumerateArray())
        {
            if (use.ValueKind != JsonValueKind.Object || !use.TryGetProperty("recipient_name"u8, out var name) || name.ValueKind != JsonValueKind.String)
            {
                return false;
            }
        }

        Start();
        foreach (var use in uses.EnumerateArray())
        {
            var name = use.GetProperty("recipient_name"u8).GetString()!;
            name = name.StartsWith("functions.", StringComparison.Ordinal) ? name["functions.".Length..] : name;
            BeginCall(item.CallId, item.Index, EscapedText.From(name).Span);
            if (use.TryGetProperty("parameters"u8, out var parameters))
            {
                sink.ToolInput(EscapedText.From(parameters.GetRawText()).Span);
            }

            sink.EndBlock();
        }

        return true;
    }

    private void BeginCall(ReadOnlySpan<byte> id, long index, ReadOnlySpan<byte> name)
    {
        _calls++;
        Spoke = true;
        Span<byte> portable = stackalloc byte[ToolIds.MaxLength];
        var length = id.IsEmpty ? 0 : ToolIds.Portable(id, portable);
        for (var i = 0; length == 0 || !_usedIds.Add(Encoding.ASCII.GetString(portable[..length])); i++)
        {
            // No id, or one used twice: derived from the answer and the place, so that it is the same whenever the same bytes come.
            byte[] seed = [.. _id, .. id, (byte)'#', .. Encoding.ASCII.GetBytes($"{index}#{i}")];
            "call_"u8.CopyTo(portable);
            Convert.TryToHexStringLower(System.Security.Cryptography.SHA256.HashData(seed).AsSpan(0, 12), portable[5..], out var written);
            length = 5 + written;
        }

        sink.BeginToolUse(portable[..length], name);
    }
}
