using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Canonical;

/// <summary>
/// Gives the calls of an answer the exact names that the client declared: providers get legal forms of them, prefix them, change their case, or leak the wrapper
/// in which they ask for several calls at once. A name that fits no declared tool stays as it is.
/// </summary>
public sealed class DeclaredToolNames(IMessageSink next, CanonicalRequest request) : IMessageSink
{
    // Copied: the request's memory is released before the answer ends.
    private readonly EscapedText[] _names = [.. request.Tools.Select(static t => new EscapedText(t.Name.Bytes.ToArray()))];
    private ArrayBufferWriter<byte>? _wrapped;
    private byte[] _wrapperId = [];
    private byte[] _wrapperName = [];
    private bool _inWrapper;

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId) => next.Start(providerId);

    /// <inheritdoc/>
    public void BeginText() => next.BeginText();

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped) => next.Text(escaped);

    /// <inheritdoc/>
    public void Citation(in Citation citation) => next.Citation(citation);

    /// <inheritdoc/>
    public void BeginThinking() => next.BeginThinking();

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => next.Thinking(escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped) => next.Signature(escaped);

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData) => next.RedactedThinking(escapedData);

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        if (Find(escapedName) is { } declared)
        {
            next.BeginToolUse(id, declared.Span);
            return;
        }

        if (escapedName.SequenceEqual("multi_tool_use.parallel"u8) || escapedName.SequenceEqual("parallel"u8))
        {
            _inWrapper = true;
            _wrapped ??= new(512);
            _wrapped.ResetWrittenCount();
            _wrapperId = id.ToArray();
            _wrapperName = escapedName.ToArray();
            return;
        }

        next.BeginToolUse(id, escapedName);
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped)
    {
        if (_inWrapper)
        {
            _wrapped!.Write(escaped);
            return;
        }

        next.ToolInput(escaped);
    }

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use) => next.ServerTool(use);

    /// <inheritdoc/>
    public void EndBlock()
    {
        if (!_inWrapper)
        {
            next.EndBlock();
            return;
        }

        _inWrapper = false;
        if (!Expand())
        {
            next.BeginToolUse(_wrapperId, _wrapperName);
            if (_wrapped!.WrittenCount > 0)
            {
                next.ToolInput(_wrapped.WrittenSpan);
            }

            next.EndBlock();
        }
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => next.Usage(counts);

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence) => next.End(reason, escapedStopSequence);

    /// <inheritdoc/>
    public void Error(ProviderError error) => next.Error(error);

    /// <inheritdoc/>
    public void Alive() => next.Alive();

    private EscapedText? Exactly(ReadOnlySpan<byte> name)
    {
        foreach (var declared in _names)
        {
            if (declared.Span.SequenceEqual(name))
            {
                return declared;
            }
        }

        return null;
    }

    /// <summary>The declared name that a provider's name stands for; null when there is none, or more than one.</summary>
    private EscapedText? Find(ReadOnlySpan<byte> name)
    {
        if (Exactly(name) is { } exact)
        {
            return exact;
        }

        var bare = WithoutPrefix(name);
        if (bare.Length < name.Length && Exactly(bare) is { } known)
        {
            return known;
        }

        // A namespace that the provider put before it and the client never declared.
        var local = name.LastIndexOf("__"u8);
        if (local >= 0 && Exactly(name[(local + 2)..]) is { } inNamespace)
        {
            return inNamespace;
        }

        EscapedText? found = null;
        foreach (var declared in _names)
        {
            var legal = ToolNames.Legal(declared).Span;
            if (legal.SequenceEqual(name) || legal.SequenceEqual(bare))
            {
                return declared;
            }

            if (Ascii.EqualsIgnoreCase(declared.Span, bare) || Ascii.EqualsIgnoreCase(legal, bare))
            {
                if (found is not null)
                {
                    return null;
                }

                found = declared;
            }
        }

        return found;
    }

    private static ReadOnlySpan<byte> WithoutPrefix(ReadOnlySpan<byte> name) =>
        name.StartsWith("default_api:"u8) || name.StartsWith("default_api."u8) ? name["default_api:".Length..]
        : name.StartsWith("functions."u8) ? name["functions.".Length..]
        : name;

    /// <summary>Hands on the calls inside the wrapper; false, and nothing handed on, when it is no wrapper of calls.</summary>
    private bool Expand()
    {
        var json = Encoding.UTF8.GetBytes(EscapedText.Unescape(_wrapped!.WrittenSpan));
        var calls = new List<(EscapedText Name, RawJson Parameters)>();
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isCalls = reader.ValueTextEquals("tool_uses"u8);
                reader.Read();
                if (isCalls && reader.TokenType == JsonTokenType.StartArray)
                {
                    while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                    {
                        calls.Add(ReadCall(ref reader, json));
                    }
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        if (calls.Count == 0 || calls.Exists(call => call.Name.IsEmpty))
        {
            return false;
        }

        for (var i = 0; i < calls.Count; i++)
        {
            SendCall(calls[i].Name, calls[i].Parameters, i);
        }

        return true;
    }

    private static (EscapedText Name, RawJson Parameters) ReadCall(ref Utf8JsonReader reader, byte[] json)
    {
        EscapedText name = default;
        RawJson parameters = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = reader.ValueTextEquals("recipient_name"u8);
            var isParameters = reader.ValueTextEquals("parameters"u8);
            reader.Read();
            if (isName && reader.TokenType == JsonTokenType.String)
            {
                name = reader.Text(json);
            }
            else if (isParameters)
            {
                parameters = reader.Raw(json);
                continue;
            }

            reader.Skip();
        }

        return (name, parameters);
    }

    private void SendCall(EscapedText name, RawJson parameters, int place)
    {
        Span<byte> seed = stackalloc byte[_wrapperId.Length + 12];
        _wrapperId.CopyTo(seed);
        seed[_wrapperId.Length] = (byte)'_';
        Utf8Formatter.TryFormat(place, seed[(_wrapperId.Length + 1)..], out var digits);
        Span<byte> id = stackalloc byte[ToolIds.MaxLength];
        var length = ToolIds.Portable(seed[..(_wrapperId.Length + 1 + digits)], id);
        next.BeginToolUse(id[..length], Find(name.Span) is { } declared ? declared.Span : WithoutPrefix(name.Span));
        if (!parameters.IsNullOrAbsent)
        {
            var escaped = new ArrayBufferWriter<byte>(parameters.Span.Length + 64);
            new RawJsonWriter(escaped).EscapeInto(parameters.Span);
            next.ToolInput(escaped.WrittenSpan);
        }

        next.EndBlock();
    }
}
