using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>Turns the parts of a Gemini answer into one canonical message: one block open at a time, signatures with what they belong to, and the end by wire 7.4.</summary>
internal sealed class GeminiMessageAssembler(IMessageSink sink, string provider, string model)
{
    private readonly List<byte[]> _ids = [];
    private Block _open;
    private bool _started;
    private bool _sawWords;
    private bool _sawAnything;
    private bool _sawNamelessCall;
    private GeminiFinish _finish;
    private string? _finishMessage;
    private TokenCounts _usage;
    private byte[] _id = [];
    private int _calls;
    private PartialArguments? _arguments;
    private bool _argumentsSent;

    private enum Block
    {
        None,
        Text,
        Thinking,
        Tool,
    }

    /// <summary>True after End or Error was handed on.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>True when the prompt itself was refused.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>What was searched and found.</summary>
    public GeminiGrounding Grounding { get; } = new();

    /// <summary>True while a call waits for more of its arguments.</summary>
    public bool HasOpenCall => _open == Block.Tool;

    /// <summary>The pieces of the open call's arguments.</summary>
    public PartialArguments Arguments => _arguments ??= new();

    /// <summary>Hands on an error; the message is over.</summary>
    public void Fail(ProviderError error)
    {
        if (!IsFinished)
        {
            IsFinished = true;
            sink.Error(error);
        }
    }

    /// <summary>Notes the answer's id; the first one counts.</summary>
    public void NoteId(ReadOnlySpan<byte> id)
    {
        if (_id.Length == 0 && !id.IsEmpty)
        {
            _id = id.ToArray();
        }
    }

    /// <summary>Starts the message.</summary>
    public void Start()
    {
        if (!_started && !IsFinished)
        {
            _started = true;
            sink.Start(_id);
        }
    }

    /// <summary>Hands on token counts; those of a placeholder frame are all zero and say nothing.</summary>
    public void Usage(in TokenCounts counts)
    {
        if (counts.IsZero || IsFinished)
        {
            return;
        }

        _usage = counts;
        if (_started)
        {
            sink.Usage(counts);
        }
    }

    /// <summary>Notes why the model stopped, with the words Gemini has for it.</summary>
    public void Finish(GeminiFinish finish, ReadOnlySpan<byte> message)
    {
        if (finish != GeminiFinish.None)
        {
            _finish = finish;
            _finishMessage = message.IsEmpty ? null : EscapedText.Unescape(message);
        }
    }

    /// <summary>A thought, with the signature that it must come back with.</summary>
    public void Thought(ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> signature)
    {
        if (!escaped.IsEmpty)
        {
            Open(Block.Thinking);
            if (Utf8.IsValid(escaped))
            {
                sink.Thinking(escaped);
            }
            else
            {
                sink.Thinking(Repair(escaped));
            }
        }

        Sign(signature, inThought: true);
    }

    /// <summary>A piece of text; a signature on it belongs to the text before and comes with empty text at times.</summary>
    public void Text(ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> signature)
    {
        if (!escaped.IsEmpty)
        {
            Open(Block.Text);
            _sawWords = true;
            if (Utf8.IsValid(escaped))
            {
                sink.Text(escaped);
            }
            else
            {
                sink.Text(Repair(escaped));
            }
        }

        Sign(signature, inThought: false);
    }

    /// <summary>A call without a name, of which nothing can be made.</summary>
    public void NamelessCall() => _sawNamelessCall = true;

    /// <summary>A call begins. Its signature goes before it: on the thinking that led to it where that was shown.</summary>
    public void BeginCall(ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> signature)
    {
        Start();
        if (!signature.IsEmpty)
        {
            var envelope = GeminiSignatures.Seal(signature, provider, model, belongsToNext: true);
            if (_open == Block.Thinking)
            {
                sink.Signature(envelope);
            }
            else
            {
                CloseOpen();
                sink.RedactedThinking(envelope);
            }
        }

        CloseOpen();

        // The model at times calls a tool by the name of the namespace that Google's prompt puts it in.
        var plain = name.StartsWith("default_api:"u8) || name.StartsWith("default_api."u8) ? name["default_api:"u8.Length..] : name;
        Span<byte> unique = stackalloc byte[ToolIds.MaxLength];
        sink.BeginToolUse(unique[..UniqueId(id, unique)], plain.IsEmpty ? name : plain);
        _open = Block.Tool;
        _argumentsSent = false;
        _arguments = null;
        _calls++;
        _sawAnything = true;
    }

    /// <summary>The open call's arguments, whole, escaped as the content of a string.</summary>
    public void WholeArguments(ReadOnlySpan<byte> escaped)
    {
        if (_open == Block.Tool && !_argumentsSent && !escaped.IsEmpty)
        {
            _argumentsSent = true;
            sink.ToolInput(escaped);
        }
    }

    /// <summary>The open call is complete; without arguments it has none, which is said as {}.</summary>
    public void EndCall()
    {
        if (_open == Block.Tool)
        {
            CloseOpen();
        }
    }

    /// <summary>The answer is over: closes what is open and ends the message, or says why it cannot count as one.</summary>
    public void End(bool needsFinishReason)
    {
        if (IsFinished)
        {
            return;
        }

        if (_finish == GeminiFinish.None && !IsBlocked && (needsFinishReason || !_sawAnything))
        {
            Fail(needsFinishReason ? ProviderError.Cut(provider) : new(ErrorKind.Malformed, 0, $"The answer of {provider} holds no message."));
            return;
        }

        // With words before it the answer stands: the turn can go on from them.
        var spoilt = _finish == GeminiFinish.Malformed && _calls == 0 && !_sawWords;
        if (spoilt || (_finish == GeminiFinish.Other && !_sawWords && _calls == 0) || (_sawNamelessCall && _calls == 0 && _finish == GeminiFinish.Stop))
        {
            Fail(new(ErrorKind.Malformed, 0, _finishMessage ?? (spoilt ? $"{provider} ended its answer with a malformed tool call." : $"{provider} ended its answer for no reason that it gives."))
            {
                Code = spoilt ? "malformed_function_call" : "finish_reason_other",
            });
            return;
        }

        Start();
        if (_open == Block.Text)
        {
            Grounding.Cite(sink);
        }

        CloseOpen();
        Grounding.Report(sink);
        IsFinished = true;
        sink.Usage(_usage with { WebSearches = Grounding.Searches });
        sink.End(Reason(), default);
    }

    private static byte[] Repair(ReadOnlySpan<byte> escaped) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(escaped));

    private StopReason Reason() => _finish switch
    {
        GeminiFinish.MaxTokens => StopReason.MaxTokens,
        GeminiFinish.Refusal => StopReason.Refusal,
        _ when IsBlocked && !_sawAnything => StopReason.Refusal,
        _ when _calls > 0 => StopReason.ToolUse,
        GeminiFinish.Continuation => StopReason.PauseTurn,
        _ => StopReason.EndTurn,
    };

    private void Sign(ReadOnlySpan<byte> signature, bool inThought)
    {
        if (signature.IsEmpty)
        {
            return;
        }

        Start();
        var envelope = GeminiSignatures.Seal(signature, provider, model, belongsToNext: false);
        if (inThought && _open == Block.Thinking)
        {
            sink.Signature(envelope);
            CloseOpen();
            return;
        }

        CloseOpen();
        sink.RedactedThinking(envelope);
    }

    private void Open(Block block)
    {
        _sawAnything = true;
        if (_open == block)
        {
            return;
        }

        Start();
        CloseOpen();
        _open = block;
        if (block == Block.Text)
        {
            sink.BeginText();
        }
        else
        {
            sink.BeginThinking();
        }
    }

    private void CloseOpen()
    {
        if (_open == Block.Tool && !_argumentsSent)
        {
            sink.ToolInput(_arguments is { } pieces ? EscapedText.From(pieces.Finish()).Span : "{}"u8);
        }

        if (_open != Block.None)
        {
            _open = Block.None;
            sink.EndBlock();
        }
    }

    /// <summary>The call's own id where it has a new one; else one made of the answer's id and the call's place, the same whenever the same bytes come.</summary>
    private int UniqueId(ReadOnlySpan<byte> id, Span<byte> destination)
    {
        int length;
        if (!id.IsEmpty && !IsKnown(destination[..(length = ToolIds.Portable(id, destination))]))
        {
            _ids.Add(destination[..length].ToArray());
            return length;
        }

        var seed = new byte[_id.Length + 12];
        _id.CopyTo(seed, 0);
        seed[_id.Length] = (byte)'#';
        System.Buffers.Text.Utf8Formatter.TryFormat(_calls, seed.AsSpan(_id.Length + 1), out var digits);
        "call_"u8.CopyTo(destination);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(seed.AsSpan(0, _id.Length + 1 + digits), hash);
        Convert.TryToHexStringLower(hash[..12], destination[5..], out var written);
        return 5 + written;
    }

    private bool IsKnown(ReadOnlySpan<byte> id)
    {
        foreach (var known in _ids)
        {
            if (id.SequenceEqual(known))
            {
                return true;
            }
        }

        return false;
    }
}
