using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>
/// What both encoders of answers share: a call is written whole when it ends, with the signature that came before it; what was searched goes into the
/// groundingMetadata of the end.
/// </summary>
internal sealed class GeminiAnswerParts
{
    private readonly ArrayBufferWriter<byte> _input = new(256);
    private readonly List<byte[]> _queries = [];
    private readonly List<(byte[] Url, byte[] Title)> _sources = [];
    private readonly List<int> _cited = [];
    private byte[] _id = [];
    private byte[] _name = [];

    /// <summary>The signature that the next call carries; empty when there is none.</summary>
    public byte[] PendingSignature { get; private set; } = [];

    /// <summary>Takes a signature; true when it waits for the next call, else it is to be written now.</summary>
    public bool TakeSignature(ReadOnlySpan<byte> signature, bool isRedacted, out byte[] wire, out bool isNative)
    {
        wire = GeminiSignatures.ToClient(signature, isRedacted, out isNative, out var belongsToNext);
        if (belongsToNext)
        {
            PendingSignature = wire;
        }

        return belongsToNext;
    }

    /// <summary>Takes the waiting signature away from the next call.</summary>
    public byte[] TakePending()
    {
        var pending = PendingSignature;
        PendingSignature = [];
        return pending;
    }

    /// <summary>A call begins.</summary>
    public void BeginCall(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        _input.ResetWrittenCount();
        _id = id.ToArray();
        _name = escapedName.ToArray();
    }

    /// <summary>A piece of its arguments.</summary>
    public void Input(ReadOnlySpan<byte> escaped) => _input.Write(escaped);

    /// <summary>Writes the part of the call that ended. Its arguments must be an object.</summary>
    public void WriteCall(RawJsonWriter json)
    {
        json.Raw("{\"functionCall\":{\"id\":\""u8);
        json.Raw(_id);
        json.Raw("\",\"name\":\""u8);
        json.Raw(_name);
        json.Raw("\",\"args\":"u8);
        var value = new ArrayBufferWriter<byte>(_input.WrittenCount + 32);
        ToolInputJson.Write(new(value), _input.WrittenSpan);
        if (FirstIsBrace(value.WrittenSpan))
        {
            WriteOnOneLine(json, value.WrittenSpan);
        }
        else if (value.WrittenSpan.SequenceEqual("null"u8))
        {
            json.Raw("{}"u8);
        }
        else
        {
            json.Raw("{\"input\":"u8);
            WriteOnOneLine(json, value.WrittenSpan);
            json.Raw("}"u8);
        }

        json.Raw("}"u8);
        WriteSignature(json, TakePending());
        json.Raw("}"u8);
    }

    /// <summary>Writes a part that is only a signature; a thought's own, or that of the text before.</summary>
    public static void WriteSignaturePart(RawJsonWriter json, ReadOnlySpan<byte> signature, bool isThought)
    {
        json.Raw(isThought ? "{\"text\":\"\",\"thought\":true"u8 : "{\"text\":\"\""u8);
        WriteSignature(json, signature);
        json.Raw("}"u8);
    }

    /// <summary>Notes a search.</summary>
    public void Note(in ServerToolUse use)
    {
        if (use.Kind != ServerToolKind.WebSearch)
        {
            return;
        }

        if (!use.EscapedQuery.IsEmpty)
        {
            _queries.Add(use.EscapedQuery.ToArray());
        }

        var sources = new SourceReader(use.SourcesJson);
        while (sources.Next())
        {
            _ = Source(sources.Url, sources.Title);
        }
    }

    /// <summary>Notes a source of the text.</summary>
    public void Note(in Citation citation)
    {
        if (!citation.Url.IsEmpty)
        {
            var index = Source(citation.Url, citation.Title);
            if (!_cited.Contains(index))
            {
                _cited.Add(index);
            }
        }
    }

    /// <summary>Writes finishReason and what goes with it, and closes the candidate.</summary>
    public void WriteFinish(RawJsonWriter json, StopReason reason)
    {
        json.Raw(",\"finishReason\":\""u8);
        json.Raw(reason switch
        {
            StopReason.MaxTokens or StopReason.ContextWindowExceeded => "MAX_TOKENS"u8,
            StopReason.Refusal => "SAFETY"u8,
            _ => "STOP"u8,
        });
        json.Raw("\",\"index\":0"u8);
        if (_queries.Count > 0 || _sources.Count > 0)
        {
            WriteGrounding(json);
        }

        json.Raw("}]"u8);
    }

    /// <summary>Writes the token counts as Gemini has them: the candidates without the thoughts.</summary>
    public static void WriteUsage(RawJsonWriter json, in TokenCounts counts)
    {
        json.Raw(",\"usageMetadata\":{\"promptTokenCount\":"u8);
        json.Number(counts.Input);
        if (counts.CacheRead > 0)
        {
            json.Raw(",\"cachedContentTokenCount\":"u8);
            json.Number(counts.CacheRead);
        }

        var thoughts = Math.Min(counts.Reasoning, counts.Output);
        json.Raw(",\"candidatesTokenCount\":"u8);
        json.Number(counts.Output - thoughts);
        if (thoughts > 0)
        {
            json.Raw(",\"thoughtsTokenCount\":"u8);
            json.Number(thoughts);
        }

        json.Raw(",\"totalTokenCount\":"u8);
        json.Number(counts.Input + counts.Output);
        json.Raw("}"u8);
    }

    /// <summary>Line breaks in JSON stand only between values, and would end the line of an event.</summary>
    private static void WriteOnOneLine(RawJsonWriter json, ReadOnlySpan<byte> value)
    {
        while (value.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var at)
        {
            json.Raw(value[..at]);
            json.Raw(" "u8);
            value = value[(at + 1)..];
        }

        json.Raw(value);
    }

    private static bool FirstIsBrace(ReadOnlySpan<byte> json) => json.TrimStart(" \t\r\n"u8).StartsWith("{"u8);

    private static void WriteSignature(RawJsonWriter json, ReadOnlySpan<byte> signature)
    {
        if (!signature.IsEmpty)
        {
            json.Raw(",\"thoughtSignature\":\""u8);
            json.Raw(signature);
            json.Raw("\""u8);
        }
    }

    private int Source(ReadOnlySpan<byte> url, ReadOnlySpan<byte> title)
    {
        for (var i = 0; i < _sources.Count; i++)
        {
            if (url.SequenceEqual(_sources[i].Url) && title.SequenceEqual(_sources[i].Title))
            {
                return i;
            }
        }

        _sources.Add((url.ToArray(), title.ToArray()));
        return _sources.Count - 1;
    }

    private void WriteGrounding(RawJsonWriter json)
    {
        json.Raw(",\"groundingMetadata\":{\"webSearchQueries\":["u8);
        for (var i = 0; i < _queries.Count; i++)
        {
            json.Raw(i > 0 ? ","u8 : default);
            json.Escaped(_queries[i]);
        }

        json.Raw("],\"groundingChunks\":["u8);
        for (var i = 0; i < _sources.Count; i++)
        {
            json.Raw(i > 0 ? ",{\"web\":{\"uri\":"u8 : "{\"web\":{\"uri\":"u8);
            json.Escaped(_sources[i].Url);
            json.Raw(",\"title\":"u8);
            json.Escaped(_sources[i].Title);
            json.Raw("}}"u8);
        }

        json.Raw("]"u8);
        if (_cited.Count > 0)
        {
            json.Raw(",\"groundingSupports\":[{\"groundingChunkIndices\":["u8);
            for (var i = 0; i < _cited.Count; i++)
            {
                json.Raw(i > 0 ? ","u8 : default);
                json.Number(_cited[i]);
            }

            json.Raw("]}]"u8);
        }

        json.Raw("}"u8);
    }
}
